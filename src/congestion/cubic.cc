// SPDX-License-Identifier: Apache-2.0
#include "congestion/cubic.h"

#include <algorithm>
#include <cmath>

namespace mptcpp::congestion {

CubicCurve CubicCurve::From(double w_max, double cwnd_epoch) {
  // Without a known W_max, or beyond it, the curve starts flat from here: K = 0 (RFC 9438 4.8, 4.10).
  if (w_max <= cwnd_epoch) return {.w_max = cwnd_epoch, .k = 0};
  return {.w_max = w_max, .k = std::cbrt((w_max - cwnd_epoch) / kC)};
}

double CubicCurve::At(double seconds) const {
  const double t = seconds - k;
  return kC * t * t * t + w_max;
}

void Cubic::OnAck(const AckSample& ack) {
  const Duration since_last = ack.now - last_ack_;
  last_ack_ = ack.now;
  if (!MayGrow(ack)) return;
  const Bytes left = SlowStart(ack);
  if (left == Bytes()) return;
  if (state_.in_epoch) {
    state_.elapsed += since_last;
  } else {
    StartEpoch();
  }
  Avoid(left, ack.smoothed_rtt);
}

void Cubic::StartEpoch() {
  const double cwnd = Segments();
  state_.curve = CubicCurve::From(state_.w_max, cwnd);
  state_.w_est = cwnd;
  if (state_.cwnd_prior == 0) state_.cwnd_prior = cwnd;
  state_.elapsed = Duration::Zero();
  state_.in_epoch = true;
}

void Cubic::Avoid(Bytes acked, Duration smoothed_rtt) {
  const double cwnd = Segments();
  const double segments = static_cast<double>(acked.count()) / static_cast<double>(mss().count());
  // RFC 9438 4.3: at the old window the estimate has paid for its smaller decrease and grows like Reno.
  state_.w_est += (state_.w_est >= state_.cwnd_prior ? 1.0 : CubicCurve::kAlpha) * segments / cwnd;

  double next = 0;
  if (state_.curve.At(state_.elapsed.seconds()) < state_.w_est) {
    next = std::max(cwnd, state_.w_est);
  } else {
    // RFC 9438 4.4, 4.5: where the curve will be one round trip from now, approached ACK by ACK.
    const double target = std::clamp(state_.curve.At((state_.elapsed + smoothed_rtt).seconds()), cwnd, 1.5 * cwnd);
    next = std::min(target, cwnd + (target - cwnd) / cwnd * segments);
  }
  GrowBy((next - cwnd) * static_cast<double>(mss().count()));
}

// RFC 9438 4.6 and 4.7: a window that fell short of the last maximum gives way a little more, so that newcomers find room.
void Cubic::RememberMax() {
  undo_state_ = state_;
  const double cwnd = Segments();
  state_.w_max = cwnd < state_.w_max ? cwnd * (1 + CubicCurve::kBeta) / 2 : cwnd;
  state_.cwnd_prior = cwnd;
  state_.in_epoch = false;
}

void Cubic::OnCongestionEvent(const CongestionEvent& event) {
  RememberMax();
  RenoBase::OnCongestionEvent(event);
}

void Cubic::OnRto(Instant now, Bytes in_flight, bool first) {
  if (first) RememberMax();
  // RFC 9438 4.8: the first congestion avoidance after a timeout starts with K = 0 and W_max = cwnd.
  state_.w_max = 0;
  RenoBase::OnRto(now, in_flight, first);
}

void Cubic::OnSpuriousLoss(Instant now) {
  const Bytes before = control_.cwnd;
  RenoBase::OnSpuriousLoss(now);
  if (control_.cwnd > before) state_ = undo_state_;
  last_ack_ = now;
}

void Cubic::OnIdle(Instant now, Duration idle, Bytes in_flight) {
  const Bytes before = control_.cwnd;
  RenoBase::OnIdle(now, idle, in_flight);
  if (control_.cwnd != before) state_.in_epoch = false;
  last_ack_ = now;
}

void Cubic::LimitWindow(Bytes cwnd, Bytes ssthresh) {
  const Bytes before = control_.cwnd;
  RenoBase::LimitWindow(cwnd, ssthresh);
  if (control_.cwnd != before) state_.in_epoch = false;
}

void Cubic::OnMssChange(std::uint32_t mss_now) {
  const Bytes before = mss();
  RenoBase::OnMssChange(mss_now);
  if (mss() == before) return;
  // The windows inside are counted in segments: the same bytes are now more or fewer of them.
  const double factor = static_cast<double>(before.count()) / static_cast<double>(mss_now);
  for (State* state : {&state_, &undo_state_}) {
    state->w_max *= factor;
    state->cwnd_prior *= factor;
    state->in_epoch = false;
  }
}

}  // namespace mptcpp::congestion
