// SPDX-License-Identifier: Apache-2.0
#include "congestion/reno_common.h"

#include <cmath>

namespace mptcpp::congestion {

Bytes InitialWindow(const ControllerConfig& config) {
  const std::int64_t segments = config.initial_window_segments;
  const Bytes mss(config.mss);
  return Larger(Smaller(mss * segments, Larger(mss * 2, Bytes(1460 * segments))), mss);
}

RenoBase::RenoBase(const ControllerConfig& config, double beta)
    : control_{.cwnd = InitialWindow(config)}, config_(config), beta_(beta) {}

bool RenoBase::MayGrow(const AckSample& ack) const {
  if (ack.acked == Bytes() || !ack.cwnd_limited) return false;
  return !ack.in_recovery || control_.cwnd < control_.ssthresh;
}

// No limit on the bytes counted per ACK (RFC 9406 4.2: L = infinity): the sender is paced, and with GRO at the receiver one
// ACK honestly covers dozens of segments.
Bytes RenoBase::SlowStart(const AckSample& ack) {
  grown_ = true;
  if (control_.ssthresh == Bytes::Infinite()) return InitialSlowStart(ack);
  if (control_.cwnd >= control_.ssthresh) return ack.acked;
  const Bytes used = Smaller(ack.acked, control_.ssthresh - control_.cwnd);
  control_.cwnd += used;
  return ack.in_recovery ? Bytes() : ack.acked - used;
}

// Only the first slow start has an unknown ssthresh to guard against (RFC 9406 4.3).
Bytes RenoBase::InitialSlowStart(const AckSample& ack) {
  if (hystart_.OnAck(ack.rtt, ack.round_start) == HyStart::Phase::kDone) {
    control_.ssthresh = control_.cwnd;
    return ack.acked;
  }
  GrowBy(static_cast<double>(ack.acked.count()) / hystart_.growth_divisor());
  return Bytes();
}

void RenoBase::AvoidLikeReno(Bytes acked) {
  acked_in_window_ += Smaller(acked, control_.cwnd);
  if (acked_in_window_ < control_.cwnd) return;
  acked_in_window_ -= control_.cwnd;
  control_.cwnd += mss();
}

void RenoBase::GrowBy(double bytes) {
  const double whole = std::floor(bytes + fraction_);
  fraction_ += bytes - whole;
  control_.cwnd = Larger(control_.cwnd + Bytes(static_cast<std::int64_t>(whole)), mss());
}

void RenoBase::Reduce(Bytes in_flight, Bytes floor) {
  undo_ = {.cwnd = control_.cwnd, .ssthresh = control_.ssthresh, .valid = true};
  // RFC 5681 (4) takes FlightSize; a window that was cut while more was in flight must not grow by a loss.
  const Bytes flight = Smaller(in_flight, control_.cwnd);
  control_.ssthresh = Larger(Bytes(std::llround(beta_ * static_cast<double>(flight.count()))), floor);
  acked_in_window_ = Bytes();
  fraction_ = 0;
}

void RenoBase::OnCongestionEvent(const CongestionEvent& event) {
  // RFC 9438 4.6 and RFC 3168 6.1.2: an ECN echo, which lost nothing, may bring the window down to one segment.
  Reduce(event.in_flight, event.from_ecn ? mss() : MinSsthresh());
  control_.cwnd = control_.ssthresh;
}

void RenoBase::OnRto(Instant, Bytes in_flight, bool first) {
  // RFC 5681 3.1: further expiries for the same segment keep ssthresh.
  if (first) Reduce(in_flight, MinSsthresh());
  control_.cwnd = mss();
}

void RenoBase::OnSpuriousLoss(Instant) {
  if (!undo_.valid) return;
  control_.cwnd = Larger(control_.cwnd, undo_.cwnd);
  control_.ssthresh = Larger(control_.ssthresh, undo_.ssthresh);
  undo_.valid = false;
}

// RFC 5681 4.1: the restart window. ssthresh remembers three quarters of what was in use (RFC 2861 2), so that slow start
// brings it back quickly.
void RenoBase::OnIdle(Instant, Duration, Bytes) {
  const Bytes restart = Smaller(InitialWindow(config_), control_.cwnd);
  if (restart == control_.cwnd) return;
  control_.ssthresh = Larger(control_.ssthresh, control_.cwnd - control_.cwnd / 4);
  control_.cwnd = restart;
  acked_in_window_ = Bytes();
}

// RFC 7661 4.4.3: half, but not below the initial window; ssthresh remembers what was.
void RenoBase::OnLongUnused() {
  const Bytes ssthresh = Larger(control_.ssthresh, control_.cwnd - control_.cwnd / 4);
  LimitWindow(Larger(control_.cwnd / 2, InitialWindow(config_)), Bytes::Infinite());
  control_.ssthresh = ssthresh;
}

void RenoBase::LimitWindow(Bytes cwnd, Bytes ssthresh) {
  control_.cwnd = Larger(Smaller(control_.cwnd, cwnd), mss());
  control_.ssthresh = Larger(Smaller(control_.ssthresh, ssthresh), MinSsthresh());
  // An undo must not lift the limit.
  undo_.cwnd = Smaller(undo_.cwnd, cwnd);
  undo_.ssthresh = Smaller(undo_.ssthresh, ssthresh);
  acked_in_window_ = Bytes();
}

// The window of another window controller goes on, its threshold too. One that paces keeps a window far above what the path
// holds: what it carried in a round trip takes its place, and growth goes on from there by congestion avoidance.
void RenoBase::Continue(const Handover& from) {
  if (from.smoothed_rtt <= Duration::Zero()) return;
  const bool paced = !from.named_rate.IsInfinite();
  grown_ = true;
  control_.cwnd = Larger(paced ? Smaller(from.named_rate.In(from.smoothed_rtt), from.cwnd) : from.cwnd, MinSsthresh());
  control_.ssthresh = paced ? control_.cwnd : Larger(from.ssthresh, MinSsthresh());
}

void RenoBase::OnMssChange(std::uint32_t mss_now) {
  const bool untouched = !grown_ && control_.cwnd == InitialWindow(config_);
  config_.mss = mss_now;
  if (untouched) control_.cwnd = InitialWindow(config_);
  control_.cwnd = Larger(control_.cwnd, mss());
  control_.ssthresh = Larger(control_.ssthresh, MinSsthresh());
}

}  // namespace mptcpp::congestion
