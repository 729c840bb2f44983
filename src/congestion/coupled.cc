// SPDX-License-Identifier: Apache-2.0
#include "congestion/coupled.h"

#include <algorithm>

namespace mptcpp::congestion {

GroupSums SumsOf(const Group& group) {
  GroupSums sums;
  for (const GroupMember& m : group.members()) {
    if (!Group::Counts(m)) continue;
    const double rtt = m.smoothed_rtt.seconds();
    const double rate = static_cast<double>(m.cwnd.count()) / rtt;
    sums.rate += rate;
    sums.max_rate = std::max(sums.max_rate, rate);
    sums.best = std::max(sums.best, rate / rtt);
  }
  return sums;
}

CoupledBase::CoupledBase(const ControllerConfig& config, Group& group)
    : RenoBase(config, 0.5), seat_(group) {
  Publish();
}

// After every change that did not come from an ACK: the others must see it, and the coupling is out of date.
void CoupledBase::Publish() {
  coupling_cwnd_ = Bytes();
  if (!IsCoupled()) return;
  self().cwnd = control_.cwnd;
  self().mss = static_cast<std::uint32_t>(mss().count());
}

void CoupledBase::OnSent(Instant now, Bytes, Bytes) { seat_.MarkUsed(now); }

Bytes CoupledBase::BeginAck(const AckSample& ack) {
  if (IsCoupled()) {
    self().cwnd = ack.cwnd_limited ? control_.cwnd : Smaller(control_.cwnd, Larger(ack.in_flight_before, mss()));
    self().smoothed_rtt = ack.smoothed_rtt;
    seat_.MarkUsed(ack.now);
  }
  if (!MayGrow(ack)) return Bytes();
  const Bytes left = SlowStart(ack);
  if (left == Bytes()) EndAck();
  return left;
}

void CoupledBase::EndAck() {
  if (IsCoupled()) self().cwnd = control_.cwnd;
}

bool CoupledBase::CouplingIsOld(const AckSample& ack) {
  const Bytes moved = Larger(control_.cwnd - coupling_cwnd_, coupling_cwnd_ - control_.cwnd);
  if (coupling_cwnd_ != Bytes() && !ack.round_start && moved < mss()) return false;
  seat_.group().DropIdle(ack.now, Seat::Patience(ack.smoothed_rtt));
  alone_ = !IsCoupled() || group().ActiveCount() <= 1;
  coupling_cwnd_ = control_.cwnd;
  return true;
}

void CoupledBase::OnCongestionEvent(const CongestionEvent& event) {
  RenoBase::OnCongestionEvent(event);
  Publish();
}

void CoupledBase::OnRto(Instant now, Bytes in_flight, bool first) {
  RenoBase::OnRto(now, in_flight, first);
  Publish();
}

void CoupledBase::OnSpuriousLoss(Instant now) {
  RenoBase::OnSpuriousLoss(now);
  Publish();
}

void CoupledBase::OnIdle(Instant now, Duration idle, Bytes in_flight) {
  RenoBase::OnIdle(now, idle, in_flight);
  Publish();
}

void CoupledBase::LimitWindow(Bytes cwnd, Bytes ssthresh) {
  RenoBase::LimitWindow(cwnd, ssthresh);
  Publish();
}

void CoupledBase::Continue(const Handover& from) {
  RenoBase::Continue(from);
  Publish();
}

void CoupledBase::OnMssChange(std::uint32_t mss_now) {
  RenoBase::OnMssChange(mss_now);
  Publish();
}

}  // namespace mptcpp::congestion
