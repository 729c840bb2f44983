// SPDX-License-Identifier: Apache-2.0
// LIA, the "Linked Increases Algorithm" (RFC 6356): the subflows of a connection share one appetite. Together they take what one
// TCP would take on the best of their paths (alpha), no subflow ever grows faster than a TCP of its own would, and traffic
// moves towards the paths that lose less. Only the increase is coupled; slow start, recovery and halving are each subflow's own.
// A subflow without active siblings is NewReno.
#pragma once

#include <cstddef>

#include "congestion/group.h"
#include "congestion/reno_common.h"

namespace mptcpp::congestion {

// alpha / cwnd_total of RFC 6356 3, per byte of window: max(cwnd_i/rtt_i^2) / (sum cwnd_i/rtt_i)^2 over the members that
// count; times cwnd_total it is the RFC's alpha. Zero when none counts.
double LiaAlphaPerByte(const Group& group);

class Lia final : public RenoBase {
 public:
  // `group` outlives the controller.
  Lia(const ControllerConfig& config, Group& group);
  ~Lia() override;
  Lia(const Lia&) = delete;
  Lia& operator=(const Lia&) = delete;

  std::string_view name() const override { return "lia"; }
  void OnSent(Instant now, Bytes bytes, Bytes in_flight) override;
  void OnAck(const AckSample& ack) override;
  void OnCongestionEvent(const CongestionEvent& event) override;
  void OnRto(Instant now, Bytes in_flight, bool first) override;
  void OnSpuriousLoss(Instant now) override;
  void OnIdle(Instant now, Duration idle, Bytes in_flight) override;
  void LimitWindow(Bytes cwnd, Bytes ssthresh) override;
  void OnMssChange(std::uint32_t mss) override;

 private:
  bool IsCoupled() const { return member_ < Group::kMaxMembers; }
  void Publish();
  void Report(const AckSample& ack);
  void AvoidCoupled(const AckSample& ack, Bytes acked);

  Group& group_;
  const std::size_t member_;
  double alpha_per_byte_ = 0;
  bool alone_ = true;
  Bytes alpha_cwnd_;   // our window when alpha was computed; zero: compute it anew
};

}  // namespace mptcpp::congestion
