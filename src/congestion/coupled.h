// SPDX-License-Identifier: Apache-2.0
// What coupled controllers (LIA, OLIA, BALIA) have in common: they tell the group what they hold, look at the others once per
// round trip, and are NewReno while they are alone. They differ in the increase of congestion avoidance, and say so in OnAck.
#pragma once

#include <cstddef>

#include "congestion/group.h"
#include "congestion/reno_common.h"

namespace mptcpp::congestion {

// Sums over the members that count, windows in bytes, rates in bytes per second.
struct GroupSums {
  double rate = 0;      // sum cwnd_i / rtt_i
  double max_rate = 0;  // max cwnd_i / rtt_i
  double best = 0;      // max cwnd_i / rtt_i^2
};
GroupSums SumsOf(const Group& group);

class CoupledBase : public RenoBase {
 public:
  void OnSent(Instant now, Bytes bytes, Bytes in_flight) override;
  void OnCongestionEvent(const CongestionEvent& event) override;
  void OnRto(Instant now, Bytes in_flight, bool first) override;
  void OnSpuriousLoss(Instant now) override;
  void OnIdle(Instant now, Duration idle, Bytes in_flight) override;
  void LimitWindow(Bytes cwnd, Bytes ssthresh) override;
  void OnMssChange(std::uint32_t mss) override;
  void Continue(const Handover& from) override;

 protected:
  // `group` outlives the controller.
  CoupledBase(const ControllerConfig& config, Group& group);

  // Tells the group, does slow start; returns the acknowledged bytes that are left for congestion avoidance.
  Bytes BeginAck(const AckSample& ack);
  // True when the coupling has to be computed anew: once per round trip, when the window has grown by a segment, and after all
  // that did not come from an ACK (RFC 6356 4). Siblings that went silent no longer count then.
  bool CouplingIsOld(const AckSample& ack);
  // No sibling counts: be NewReno. As of the last CouplingIsOld().
  bool alone() const { return alone_; }
  // After the increase.
  void EndAck();

  const Group& group() const { return seat_.group(); }
  Group& seat_group() { return seat_.group(); }
  // Ours; only while IsCoupled().
  GroupMember& self() { return seat_.member(); }
  bool IsCoupled() const { return seat_.taken(); }
  std::size_t member_index() const { return seat_.index(); }

 private:
  void Publish();

  Seat seat_;
  bool alone_ = true;
  Bytes coupling_cwnd_;  // our window when the coupling was computed; zero: never, or no longer true
};

}  // namespace mptcpp::congestion
