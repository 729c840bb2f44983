// SPDX-License-Identifier: Apache-2.0
// OLIA, the "Opportunistic Linked Increases Algorithm" (Khalili et al., CoNEXT 2012; draft-khalili-mptcp-congestion-control):
// Pareto-optimal where LIA is not. Windows grow by the fully coupled optimum, and a second term moves window from the subflows
// that have the largest ones (set M) to those that look best (set B: most bytes between losses for their RTT) but are not yet
// large. Paths that are not best keep a probing window only.
#pragma once

#include <array>

#include "congestion/coupled.h"

namespace mptcpp::congestion {

// The signed share alpha_r of every slot of the group; zero for those that do not count. The shares add up to zero.
std::array<double, Group::kMaxMembers> OliaShares(const Group& group);

class Olia final : public CoupledBase {
 public:
  Olia(const ControllerConfig& config, Group& group) : CoupledBase(config, group) {}
  std::string_view name() const override { return "olia"; }
  void OnAck(const AckSample& ack) override;
  void OnCongestionEvent(const CongestionEvent& event) override;
  void OnRto(Instant now, Bytes in_flight, bool first) override;

 private:
  void OnLoss();

  Bytes since_loss_;      // acknowledged since the last loss
  Bytes between_losses_;  // acknowledged between the last two
  double per_byte_ = 0;   // increase per byte of acknowledged data and of MSS; may be negative
};

}  // namespace mptcpp::congestion
