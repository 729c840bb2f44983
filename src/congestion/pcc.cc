// SPDX-License-Identifier: Apache-2.0
#include "congestion/pcc.h"

#include <algorithm>
#include <cmath>

#include "congestion/reno_common.h"

namespace mptcpp::congestion {
namespace {

constexpr std::int64_t kLeastSegments = 4;  // of an interval, and of the window
constexpr double kFilled = 0.9;             // an interval that sent less of its target was limited by something else
constexpr int kStartRetries = 2;
constexpr double kCollapseLoss = 0.3;
constexpr std::int64_t kCollapseSegments = 100;
constexpr std::size_t kCollapsedProbes = 2;  // more than so many of the four
constexpr double kSameRate = 0.001;
constexpr double kTimeoutRtts = 2.5;         // results that are not in by then never come

}  // namespace

PccController::PccController(const ControllerConfig& config, const PccRules& rules, const PccUtility& utility)
    : config_(config),
      rules_(rules),
      utility_(utility),
      control_{.cwnd = InitialWindow(config), .pacing_rate = rules.initial_rate},
      rate_(rules.initial_rate),
      step_(rules.step),
      random_(config.seed) {}

// --- events ---------------------------------------------------------------------------------------------------------------

void PccController::OnSent(Instant now, Bytes bytes, Bytes) {
  Advance(now);  // first: what leaves now belongs to the next interval if the last one is full
  intervals_.OnSent(bytes);
}

void PccController::OnAck(const AckSample& ack) {
  smoothed_rtt_ = ack.smoothed_rtt;
  intervals_.OnAck(ack);
  if (smoothed_rtt_ > Duration::Zero()) {
    if (intervals_.size() == 0) Restart(ack.now);
    Advance(ack.now);
  }
  UpdateWindow(ack.acked);
}

// Everything in flight was given up: its intervals are void. The rate stays, but only what is acknowledged opens the window again.
void PccController::OnRto(Instant, Bytes, bool) {
  intervals_.Clear();
  if (state_ == State::kStarting && !reference_rate_.IsZero()) SetRate(reference_rate_.bytes_per_second());
  state_ = reference_rate_.IsZero() ? State::kStarting : State::kProbing;
  control_.pacing_rate = rate_;
  control_.cwnd = mss();
}

void PccController::OnIdle(Instant, Duration, Bytes) {
  intervals_.Clear();
  if (state_ == State::kMoving) state_ = State::kProbing;
  control_.pacing_rate = rate_;
}

void PccController::LimitWindow(Bytes cwnd, Bytes) { control_.cwnd = Larger(Smaller(control_.cwnd, cwnd), mss()); }

void PccController::OnMssChange(std::uint32_t mss_now) {
  const bool untouched = smoothed_rtt_.IsZero() && control_.cwnd == InitialWindow(config_);
  config_.mss = mss_now;
  if (untouched) control_.cwnd = InitialWindow(config_);
  control_.cwnd = Larger(control_.cwnd, mss());
}

void PccController::Continue(const Handover& from) {
  if (from.smoothed_rtt <= Duration::Zero()) return;
  smoothed_rtt_ = from.smoothed_rtt;
  SetRate(from.CarriedRate().bytes_per_second());
  control_.pacing_rate = rate_;
  control_.cwnd = Larger(from.cwnd, mss());
  // One that never found the limit of the path was still looking for it.
  const bool found = from.ssthresh != Bytes::Infinite() || !from.named_rate.IsInfinite();
  state_ = found ? State::kProbing : State::kStarting;
  OnDecided();
}

// --- intervals ------------------------------------------------------------------------------------------------------------

void PccController::TryRate(Rate rate, Instant now) {
  control_.pacing_rate = rate;
  interval_length_ = Duration::SecondsF(smoothed_rtt_.seconds() * rules_.interval_rtts);
  intervals_.Begin(rate, now);
}

void PccController::Restart(Instant now) {
  if (state_ == State::kProbing) {
    BeginProbing(now);
    return;
  }
  OnExperiment(now);
  intervals_.Clear();
  TryRate(rate_, now);
}

bool PccController::IntervalIsLongEnough(Instant now) const {
  return now - intervals_[intervals_.size() - 1].began >= interval_length_ && intervals_.SentInOpen() >= mss() * kLeastSegments;
}

bool PccController::IsUsable(const MonitorInterval& interval) const {
  return interval.sent() + mss() * 2 >= (interval.target * kFilled).In(interval.length);
}

bool PccController::IsOverdue(Instant now) const {
  const MonitorInterval& last = intervals_[intervals_.size() - 1];
  return !last.open() && (now - last.began - last.length).seconds() > kTimeoutRtts * smoothed_rtt_.seconds() + interval_length_.seconds();
}

void PccController::Advance(Instant now) {
  if (intervals_.size() == 0) return;
  if (intervals_.IsOpen()) {
    if (!IntervalIsLongEnough(now)) return;
    if (state_ == State::kProbing && intervals_.size() < MonitorIntervals::kMost) {
      NextProbe(now);
      return;
    }
    intervals_.EndOpen(now);
    control_.pacing_rate = rate_;  // held until the results are in
  }
  if (intervals_.AllSettled()) {
    Judge(now);
  } else if (IsOverdue(now)) {
    BeginProbing(now);
  }
}

// --- judgement ------------------------------------------------------------------------------------------------------------

double PccController::Utility(const MonitorInterval& interval) const {
  double loss = interval.LossRatio();
  double slope = interval.RttSlope();
  if (std::abs(slope) < rules_.slope_noise || (slope < 0 && !rules_.counts_falling_rtt)) slope = 0;
  if (state_ == State::kStarting) {
    if (loss < rules_.start_loss) loss = 0;
    if (slope < rules_.start_slope) slope = 0;
  }
  return utility_.Of(Total(interval.target), loss, slope);
}

double PccController::Gradient(double utility_a, Rate a, double utility_b, Rate b) const {
  const double difference = a.bytes_per_second() - b.bytes_per_second();
  if (std::abs(difference) < kSameRate * b.bytes_per_second()) return 0;
  return (utility_a - utility_b) / (difference / utility_.unit);
}

bool PccController::IsCollapse(const MonitorInterval& interval) const {
  return interval.LossRatio() > kCollapseLoss && interval.sent() > mss() * kCollapseSegments;
}

void PccController::Judge(Instant now) {
  switch (state_) {
    case State::kStarting: return JudgeStart(now);
    case State::kProbing: return JudgeProbes(now);
    case State::kMoving: return JudgeMove(now);
  }
}

void PccController::Remember(double utility, Rate rate) {
  reference_utility_ = utility;
  reference_rate_ = rate;
}

void PccController::JudgeStart(Instant now) {
  const MonitorInterval interval = intervals_[0];
  intervals_.Clear();
  if (!IsUsable(interval)) return TryRate(rate_, now);
  const double utility = Utility(interval);
  if (reference_rate_.IsZero() || utility > reference_utility_) {
    Remember(utility, rate_);
    retries_ = 0;
    SetRate(rate_.bytes_per_second() * 2);
    return TryRate(rate_, now);
  }
  if (retries_++ < kStartRetries) return TryRate(rate_, now);
  SetRate(reference_rate_.bytes_per_second());
  OnDecided();
  BeginProbing(now);
}

void PccController::BeginProbing(Instant now) {
  state_ = State::kProbing;
  intervals_.Clear();
  OnExperiment(now);
  NextProbe(now);
}

void PccController::NextProbe(Instant now) {
  const bool first_of_pair = intervals_.size() % 2 == 0;
  if (first_of_pair) first_high_ = random_.Bit();
  const double rate = rate_.bytes_per_second(), amplitude = Amplitude().bytes_per_second();
  const double high = rate + amplitude;
  const double low = amplitude < rate ? rate - amplitude : high / 2;
  TryRate(Rate::BytesPerSecond(first_of_pair == first_high_ ? high : low), now);
}

void PccController::JudgeProbes(Instant now) {
  double gradients[2], utilities[MonitorIntervals::kMost];
  std::size_t collapsed = 0;
  bool usable = true;
  for (std::size_t i = 0; i < MonitorIntervals::kMost; ++i) {
    utilities[i] = Utility(intervals_[i]);
    collapsed += IsCollapse(intervals_[i]) ? 1 : 0;
    usable = usable && IsUsable(intervals_[i]);
  }
  if (collapsed > kCollapsedProbes) {
    SetRate(rate_.bytes_per_second() / 2);
    OnDecided();
    return BeginProbing(now);
  }
  for (std::size_t pair = 0; pair < 2; ++pair) {
    const std::size_t a = pair * 2, b = a + 1;
    gradients[pair] = Gradient(utilities[a], intervals_[a].target, utilities[b], intervals_[b].target);
  }
  if (!usable || gradients[0] * gradients[1] <= 0) return BeginProbing(now);
  const std::size_t worse = utilities[0] < utilities[1] ? 0 : 1;
  Remember(utilities[worse], intervals_[worse].target);
  StepBy(std::abs(gradients[0]) < std::abs(gradients[1]) ? gradients[0] : gradients[1], now);
  OnDecided();
}

void PccController::JudgeMove(Instant now) {
  const MonitorInterval interval = intervals_[0];
  if (IsCollapse(interval)) {
    SetRate(rate_.bytes_per_second() / 2);
    return BeginProbing(now);
  }
  if (!IsUsable(interval)) return BeginProbing(now);
  const double utility = Utility(interval);
  const double gradient = Gradient(utility, interval.target, reference_utility_, reference_rate_);
  if (gradient * step_.direction() <= 0) return BeginProbing(now);
  Remember(utility, interval.target);
  StepBy(gradient, now);
}

void PccController::StepBy(double gradient, Instant now) {
  SetRate(rate_.bytes_per_second() + step_.Decide(gradient, Total(rate_), rate_));
  has_moved_ = true;
  state_ = State::kMoving;
  intervals_.Clear();
  TryRate(rate_, now);
}

// --- what follows ---------------------------------------------------------------------------------------------------------

void PccController::SetRate(double bytes_per_second) {
  rate_ = Rate::BytesPerSecond(std::max(bytes_per_second, rules_.least_rate.bytes_per_second()));
}

void PccController::UpdateWindow(Bytes acked) {
  const Rate fastest = std::max(rate_, control_.pacing_rate);
  const Bytes cap = smoothed_rtt_.IsZero() ? InitialWindow(config_)
                                           : Larger((fastest * 2).In(smoothed_rtt_), mss() * kLeastSegments);
  control_.cwnd = Smaller(control_.cwnd + acked, cap);
}

}  // namespace mptcpp::congestion
