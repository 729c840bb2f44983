// SPDX-License-Identifier: Apache-2.0
#include "congestion/lia.h"

#include <algorithm>

namespace mptcpp::congestion {
namespace {

// How long a silent subflow still counts: long enough for a round trip and for the pauses of a bursty application.
Duration Patience(Duration smoothed_rtt) { return Longer(smoothed_rtt * 4, Duration::Seconds(1)); }

}  // namespace

double LiaAlphaPerByte(const Group& group) {
  double best = 0;
  double sum = 0;
  for (const GroupMember& m : group.members()) {
    if (!Group::Counts(m)) continue;
    const double rtt = m.smoothed_rtt.seconds();
    const double rate = static_cast<double>(m.cwnd.count()) / rtt;
    best = std::max(best, rate / rtt);
    sum += rate;
  }
  return sum > 0 ? best / (sum * sum) : 0;
}

Lia::Lia(const ControllerConfig& config, Group& group) : RenoBase(config, 0.5), group_(group), member_(group.Join()) {
  Publish();
}

Lia::~Lia() { group_.Leave(member_); }

// After every change that did not come from an ACK: the others must see it, and alpha is out of date.
void Lia::Publish() {
  alpha_cwnd_ = Bytes();
  if (!IsCoupled()) return;
  group_.member(member_).cwnd = control_.cwnd;
  group_.member(member_).mss = static_cast<std::uint32_t>(mss().count());
}

void Lia::Report(const AckSample& ack) {
  if (!IsCoupled()) return;
  GroupMember& self = group_.member(member_);
  self.cwnd = ack.cwnd_limited ? control_.cwnd : Smaller(control_.cwnd, Larger(ack.in_flight_before, mss()));
  self.smoothed_rtt = ack.smoothed_rtt;
  self.active = true;
  self.last_used = ack.now;
}

void Lia::OnSent(Instant now, Bytes, Bytes) {
  if (!IsCoupled()) return;
  group_.member(member_).active = true;
  group_.member(member_).last_used = now;
}

void Lia::OnAck(const AckSample& ack) {
  Report(ack);
  if (!MayGrow(ack)) return;
  if (const Bytes left = SlowStart(ack); left > Bytes()) AvoidCoupled(ack, left);
  if (IsCoupled()) group_.member(member_).cwnd = control_.cwnd;
}

void Lia::AvoidCoupled(const AckSample& ack, Bytes acked) {
  // RFC 6356 4: once per round trip, or when the window has grown by a segment.
  if (alpha_cwnd_ == Bytes() || ack.round_start || control_.cwnd - alpha_cwnd_ >= mss()) {
    group_.DropIdle(ack.now, Patience(ack.smoothed_rtt));
    alone_ = !IsCoupled() || group_.ActiveCount() <= 1;
    alpha_per_byte_ = LiaAlphaPerByte(group_);
    alpha_cwnd_ = control_.cwnd;
  }
  if (alone_) return AvoidLikeReno(acked);
  const double own = 1.0 / static_cast<double>(control_.cwnd.count());
  const double increase =
      std::min(alpha_per_byte_, own) * static_cast<double>(acked.count()) * static_cast<double>(mss().count());
  GrowBy(std::max(increase, 1.0));  // RFC 6356 3: never less than a byte
}

void Lia::OnCongestionEvent(const CongestionEvent& event) {
  RenoBase::OnCongestionEvent(event);
  Publish();
}

void Lia::OnRto(Instant now, Bytes in_flight, bool first) {
  RenoBase::OnRto(now, in_flight, first);
  Publish();
}

void Lia::OnSpuriousLoss(Instant now) {
  RenoBase::OnSpuriousLoss(now);
  Publish();
}

void Lia::OnIdle(Instant now, Duration idle, Bytes in_flight) {
  RenoBase::OnIdle(now, idle, in_flight);
  Publish();
}

void Lia::LimitWindow(Bytes cwnd, Bytes ssthresh) {
  RenoBase::LimitWindow(cwnd, ssthresh);
  Publish();
}

void Lia::OnMssChange(std::uint32_t mss_now) {
  RenoBase::OnMssChange(mss_now);
  Publish();
}

}  // namespace mptcpp::congestion
