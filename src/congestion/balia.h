// SPDX-License-Identifier: Apache-2.0
// BALIA, the "Balanced Linked Adaptation" (Peng, Walid, Hwang, Low, ToN 2016; draft-walid-mptcp-congestion-control): between LIA,
// which can be unfriendly, and OLIA, which can be slow to react. Both the increase and the decrease depend on how far a subflow's
// rate lies below the fastest one's: a = max(x_k) / x_r, with x = cwnd / rtt. The fastest halves at a loss; the others give up to
// three quarters. The ratio is taken as it is; Linux rounds it down to an integer.
#pragma once

#include "congestion/coupled.h"

namespace mptcpp::congestion {

// What one byte of acknowledged data and one byte of MSS add to the window, and what a loss leaves of it.
struct BaliaStep {
  double increase = 0;
  double beta = 0.5;
};
// For a member with this window and RTT.
BaliaStep BaliaStepFor(const GroupSums& sums, Bytes cwnd, Duration smoothed_rtt);

class Balia final : public CoupledBase {
 public:
  Balia(const ControllerConfig& config, Group& group) : CoupledBase(config, group) {}
  std::string_view name() const override { return "balia"; }
  void OnAck(const AckSample& ack) override;

 private:
  BaliaStep step_;
};

}  // namespace mptcpp::congestion
