// SPDX-License-Identifier: Apache-2.0
// The firewall that does not like options it does not know: SYNs with kind 30 disappear, or are answered by RST. The
// opener cannot tell the first from a dead path until it tries without.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class SegmentEdit;

struct RefuseOptions {
  enum class What : std::uint8_t { kAny, kCapable, kJoin };  // MPTCP SYNs with which subtype
  What what = What::kAny;
  bool answer_reset = false;
  bool syn_acks = false;  // SYN/ACKs with the option are refused as well
  Directions directions{};
};

class SynRefuser final : public Middlebox {
 public:
  explicit SynRefuser(const RefuseOptions& options) : options_(options) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters, bool answer_reset);

 private:
  void Process(PacketPtr packet, Direction direction) override;
  bool Refuses(const SegmentEdit& segment) const;

  RefuseOptions options_;
};

}  // namespace mptcpp::sim
