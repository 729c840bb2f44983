// SPDX-License-Identifier: Apache-2.0
// The model: bandwidth, round trip, and the states that look for them.
#include <algorithm>

#include "congestion/bbr.h"
#include "congestion/reno_common.h"

namespace mptcpp::congestion {
namespace {

constexpr double kDrainGain = 1000.0 / 2885;
constexpr double kHighGain = 2885.0 / 1000;  // 2 / ln 2: the least that doubles the delivery rate every round
constexpr double kPhaseGains[] = {1.25, 0.75, 1, 1, 1, 1, 1, 1};
constexpr int kPhases = 8;
constexpr double kFullGrowth = 1.25;
constexpr int kFullRounds = 3;
constexpr Duration kMinRttWindow = Duration::Seconds(10);
constexpr Duration kProbeRttTime = Duration::Millis(200);

}  // namespace

void Bbr::UpdateRound(const AckSample& ack) {
  round_start_ = ack.prior_delivered >= next_round_;
  if (!round_start_) return;
  next_round_ = ack.delivered;
  ++round_;
  conserving_ = false;
}

void Bbr::UpdateBandwidth(const AckSample& ack) {
  if (policer_.OnAck(ack, round_start_, state_ == State::kProbeBandwidth)) EnterProbeBandwidth(ack.now);
  // A sample that the application, or our own PROBE_RTT, held down counts only if it is better than what we know.
  const bool limited = ack.app_limited || ack.prior_delivered < limited_until_;
  if (!limited || ack.delivery_rate >= bandwidth_.value()) bandwidth_.Add(ack.delivery_rate, round_);
}

void Bbr::UpdatePhase(const AckSample& ack) {
  if (state_ != State::kProbeBandwidth) return;
  const double gain = kPhaseGains[phase_];
  bool next = ack.now - phase_began_ > min_rtt_;
  // More was asked for: until it is really in flight, or the path says no. The queue that it cost: until it is gone.
  if (gain > 1) next = next && (ack.newly_lost > Bytes() || ack.in_flight_before >= Inflight(gain));
  if (gain < 1) next = next || ack.in_flight_before <= Inflight(1);
  if (next) SetPhase((phase_ + 1) % kPhases, ack.now);
}

void Bbr::SetPhase(int phase, Instant now) {
  phase_ = phase;
  phase_began_ = now;
  pacing_gain_ = policer_.detected() ? 1 : kPhaseGains[phase];
}

void Bbr::CheckFullPipe(const AckSample& ack) {
  if (full_ || !round_start_ || ack.app_limited) return;
  if (bandwidth_.value() >= full_bandwidth_ * kFullGrowth) {
    full_bandwidth_ = bandwidth_.value();
    full_rounds_ = 0;
    return;
  }
  full_ = ++full_rounds_ >= kFullRounds;
}

void Bbr::CheckDrained(const AckSample& ack) {
  if (state_ == State::kStartup && full_) {
    state_ = State::kDrain;
    pacing_gain_ = kDrainGain;
  }
  if (state_ == State::kDrain && ack.in_flight <= Inflight(1)) EnterProbeBandwidth(ack.now);
}

void Bbr::EnterProbeBandwidth(Instant now) {
  state_ = State::kProbeBandwidth;
  // Any phase but the one that drains: flows that start together must not probe together.
  const int phase = static_cast<int>(random_.Below(kPhases - 1));
  SetPhase(phase == 0 ? 0 : phase + 1, now);
}

void Bbr::UpdateMinRtt(const AckSample& ack) {
  const bool expired = ack.now > min_rtt_at_ + kMinRttWindow;
  if (ack.rtt > Duration::Zero() && (ack.rtt <= min_rtt_ || expired)) {
    min_rtt_ = ack.rtt;
    min_rtt_at_ = ack.now;
  }
  if (expired && !resumed_ && state_ != State::kProbeRtt) {
    SaveWindow();
    state_ = State::kProbeRtt;
    pacing_gain_ = 1;
    probe_rtt_ends_ = Instant::Infinite();
  }
  if (state_ == State::kProbeRtt) ProbeRtt(ack);
  resumed_ = false;
}

void Bbr::ProbeRtt(const AckSample& ack) {
  limited_until_ = ack.delivered + ack.in_flight;
  if (probe_rtt_ends_.IsInfinite()) {
    if (ack.in_flight > MinWindow()) return;
    probe_rtt_ends_ = ack.now + kProbeRttTime;
    probe_rtt_round_ = false;
    next_round_ = ack.delivered;
    return;
  }
  probe_rtt_round_ |= round_start_;
  if (probe_rtt_round_ && ack.now > probe_rtt_ends_) LeaveProbeRtt(ack.now);
}

void Bbr::LeaveProbeRtt(Instant now) {
  min_rtt_at_ = now;
  control_.cwnd = Larger(control_.cwnd, saved_window_);
  ResumeAfterProbe(now);
}

void Bbr::ResumeAfterProbe(Instant now) {
  if (full_) {
    EnterProbeBandwidth(now);
  } else {
    state_ = State::kStartup;
    pacing_gain_ = kHighGain;
  }
}

// What the path holds times `gain`, with what our own and the receiver's aggregation needs to keep it busy: three quanta and a
// whole number of segment pairs (delayed ACKs).
Bytes Bbr::Inflight(double gain) const {
  if (min_rtt_.IsInfinite() || bandwidth().IsZero()) return InitialWindow(config_);
  const Bytes held = (bandwidth() * gain).In(min_rtt_);
  const Bytes budget = held + Quantum() * 3;
  const Bytes pair = mss() * 2;
  const Bytes rounded = pair * ((budget.count() + pair.count() - 1) / pair.count());
  return state_ == State::kProbeBandwidth && phase_ == 0 ? rounded + pair : rounded;
}

double Bbr::WindowGain() const {
  switch (state_) {
    case State::kStartup:
    case State::kDrain: return kHighGain;
    case State::kProbeRtt: return 1;
    case State::kProbeBandwidth: break;
  }
  return 2;
}

}  // namespace mptcpp::congestion
