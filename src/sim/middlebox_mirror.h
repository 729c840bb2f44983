// SPDX-License-Identifier: Apache-2.0
// The mirror: sends back the MPTCP options that it saw last in the other direction, as servers and boxes do that copy
// options they do not know. What the real other end says in kind 30 is replaced.
#pragma once

#include <map>
#include <memory>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class OptionMirror final : public Middlebox {
 public:
  // Mirrored options travel in `directions`; on SYN/ACKs only, or on everything.
  OptionMirror(bool syn_only, Directions directions) : syn_only_(syn_only), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;
  static bool Replace(SegmentEdit& segment, const OptionList& mirrored);

  bool syn_only_;
  Directions directions_;
  std::map<FourTuple, PerDirection<OptionList>> seen_;
};

}  // namespace mptcpp::sim
