// SPDX-License-Identifier: Apache-2.0
// A path that delivers packets twice, and one on which SYNs are overtaken, so that the SYN without MPTCP that was
// sent later arrives first.
#pragma once

#include <memory>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class Duplicator final : public Middlebox {
 public:
  // The copy follows `gap` later.
  Duplicator(double probability, Duration gap, Directions directions)
      : probability_(probability), gap_(gap), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;

  double probability_;
  Duration gap_;
  Directions directions_;
};

class SynDelayer final : public Middlebox {
 public:
  // Holds back SYNs (SYN/ACKs too), either all or those with an MPTCP option only.
  SynDelayer(Duration delay, bool mptcp_only, Directions directions)
      : delay_(delay), mptcp_only_(mptcp_only), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;

  Duration delay_;
  bool mptcp_only_;
  Directions directions_;
};

}  // namespace mptcpp::sim
