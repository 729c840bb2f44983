// SPDX-License-Identifier: Apache-2.0
// The mirror: sends back the MPTCP options that it saw last in the other direction, as servers and boxes do that copy
// options they do not know. What the real other end says in kind 30 is replaced.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class OptionMirror final : public Middlebox {
 public:
  enum class Where : std::uint8_t { kEverywhere, kSynAck, kData };  // kData: what has no SYN flag
  // Mirrored options travel in `directions`.
  OptionMirror(Where where, Directions directions) : where_(where), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;
  bool Mirrors(const SegmentEdit& segment) const;
  static bool Replace(SegmentEdit& segment, const OptionList& mirrored);

  Where where_;
  Directions directions_;
  std::map<FourTuple, PerDirection<OptionList>> seen_;
};

}  // namespace mptcpp::sim
