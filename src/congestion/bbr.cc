// SPDX-License-Identifier: Apache-2.0
// What follows from the model: a pacing rate and a window.
#include "congestion/bbr.h"

#include "congestion/pacing.h"
#include "congestion/reno_common.h"

namespace mptcpp::congestion {
namespace {

constexpr double kHighGain = 2885.0 / 1000;
constexpr double kPacingMargin = 0.99;  // a little below the estimate: the queue empties rather than grows
constexpr std::uint64_t kBandwidthRounds = 10;

}  // namespace

Bbr::Bbr(const ControllerConfig& config)
    : config_(config), control_{.cwnd = InitialWindow(config)}, pacing_gain_(kHighGain), bandwidth_(kBandwidthRounds), random_(config.seed) {}

Bytes Bbr::Quantum() const { return DefaultQuantum(control_.pacing_rate, config_.mss); }

void Bbr::OnAck(const AckSample& ack) {
  last_delivered_ = ack.delivered;
  last_in_flight_ = ack.in_flight;
  last_acked_ = ack.acked;
  round_start_ = false;
  if (!ack.delivery_rate.IsZero()) {
    UpdateRound(ack);
    const Rate before = bandwidth();
    UpdateBandwidth(ack);
    if (!before.IsZero()) aggregation_.OnAck(ack.now, ack.acked, before, control_.cwnd, round_);
    UpdatePhase(ack);
    CheckFullPipe(ack);
    CheckDrained(ack);
  }
  UpdateMinRtt(ack);
  SetPacingRate();
  SetWindow(ack);
}

void Bbr::SetPacingRate() {
  if (bandwidth().IsZero()) {
    // Before the first sample: the initial window per round trip, as fast as STARTUP would have it.
    if (!min_rtt_.IsInfinite()) control_.pacing_rate = Rate::Per(InitialWindow(config_), min_rtt_) * kHighGain;
    return;
  }
  const Rate rate = bandwidth() * (pacing_gain_ * kPacingMargin);
  // While the pipe fills samples are still too low.
  if (full_ || control_.pacing_rate.IsInfinite() || rate > control_.pacing_rate) control_.pacing_rate = rate;
}

void Bbr::SetWindow(const AckSample& ack) {
  if (ack.acked > Bytes() && !RecoverOrRestore(ack)) {
    Bytes target = Inflight(WindowGain());
    if (full_) target += aggregation_.Excess(bandwidth());
    if (full_) {
      control_.cwnd = Smaller(control_.cwnd + ack.acked, target);
    } else if (control_.cwnd < target || ack.delivered < InitialWindow(config_)) {
      control_.cwnd += ack.acked;
    }
    control_.cwnd = Larger(control_.cwnd, MinWindow());
  }
  if (state_ == State::kProbeRtt) control_.cwnd = Smaller(control_.cwnd, MinWindow());
}

// In the first round of a recovery as many leave as arrive; after it the window goes on from where it was. True: it is set.
bool Bbr::RecoverOrRestore(const AckSample& ack) {
  if (ack.newly_lost > Bytes()) control_.cwnd = Larger(control_.cwnd - ack.newly_lost, mss());
  if (recovering_ && !ack.in_recovery) {
    recovering_ = conserving_ = false;
    control_.cwnd = Larger(control_.cwnd, saved_window_);
  }
  if (!conserving_) return false;
  control_.cwnd = Larger(control_.cwnd, ack.in_flight + ack.acked);
  return true;
}

void Bbr::SaveWindow() {
  saved_window_ = recovering_ || state_ == State::kProbeRtt ? Larger(saved_window_, control_.cwnd) : control_.cwnd;
}

// ECN marks are not heard: version 1 has no answer to them.
void Bbr::OnCongestionEvent(const CongestionEvent& event) {
  if (event.from_ecn) return;
  SaveWindow();
  recovering_ = conserving_ = true;
  next_round_ = last_delivered_;
  control_.cwnd = Larger(last_in_flight_ + last_acked_, mss());
}

void Bbr::OnRto(Instant, Bytes, bool) {
  SaveWindow();
  recovering_ = true;
  conserving_ = false;
  full_bandwidth_ = Rate();
  full_rounds_ = 0;
  control_.cwnd = mss();  // nothing is known to be in flight
}

void Bbr::OnSpuriousLoss(Instant) {
  full_bandwidth_ = Rate();
  full_rounds_ = 0;
  recovering_ = conserving_ = false;
  control_.cwnd = Larger(control_.cwnd, saved_window_);
  policer_.Reset();
}

void Bbr::OnIdle(Instant now, Duration, Bytes) {
  resumed_ = true;
  aggregation_.BeginEpoch(now);
  if (state_ == State::kProbeRtt && !probe_rtt_ends_.IsInfinite() && now > probe_rtt_ends_) LeaveProbeRtt(now);
  if (state_ == State::kProbeBandwidth) control_.pacing_rate = bandwidth() * kPacingMargin;
}

// It grows back with what is acknowledged.
void Bbr::LimitWindow(Bytes cwnd, Bytes) {
  control_.cwnd = Larger(Smaller(control_.cwnd, cwnd), mss());
  saved_window_ = Smaller(saved_window_, control_.cwnd);
}

void Bbr::OnMssChange(std::uint32_t mss_now) {
  const bool untouched = last_delivered_ == Bytes() && control_.cwnd == InitialWindow(config_);
  config_.mss = mss_now;
  if (untouched) control_.cwnd = InitialWindow(config_);
  control_.cwnd = Larger(control_.cwnd, mss());
}

void Bbr::Continue(const Handover& from) {
  if (from.smoothed_rtt <= Duration::Zero()) return;
  min_rtt_ = from.min_rtt > Duration::Zero() ? from.min_rtt : from.smoothed_rtt;
  min_rtt_at_ = from.now;
  bandwidth_.Reset(from.CarriedRate(), round_);
  control_.cwnd = from.cwnd;
  // One that had found the limit of the path has found the bandwidth too.
  full_ = from.ssthresh != Bytes::Infinite() || !from.named_rate.IsInfinite();
  ResumeAfterProbe(from.now);
  SetPacingRate();
}

}  // namespace mptcpp::congestion
