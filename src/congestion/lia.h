// SPDX-License-Identifier: Apache-2.0
// LIA, the "Linked Increases Algorithm" (RFC 6356): the subflows of a connection share one appetite. Together they take what one
// TCP would take on the best of their paths (alpha), no subflow ever grows faster than a TCP of its own would, and traffic
// moves towards the paths that lose less. Only the increase is coupled; slow start, recovery and halving are each subflow's own.
// The floor of ssthresh stays at two segments: with a window of one, a loss is repaired by a timeout only.
#pragma once

#include "congestion/coupled.h"

namespace mptcpp::congestion {

// alpha / cwnd_total of RFC 6356 3, per byte of window: max(cwnd_i/rtt_i^2) / (sum cwnd_i/rtt_i)^2 over the members that
// count; times cwnd_total it is the RFC's alpha. Zero when none counts.
double LiaAlphaPerByte(const Group& group);

class Lia final : public CoupledBase {
 public:
  Lia(const ControllerConfig& config, Group& group) : CoupledBase(config, group) {}
  std::string_view name() const override { return "lia"; }
  void OnAck(const AckSample& ack) override;

 private:
  double alpha_per_byte_ = 0;
};

}  // namespace mptcpp::congestion
