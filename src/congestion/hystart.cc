// SPDX-License-Identifier: Apache-2.0
#include "congestion/hystart.h"

#include <algorithm>

namespace mptcpp::congestion {

void HyStart::StartRound() {
  last_round_min_ = round_min_;
  round_min_ = Duration::Infinite();
  samples_ = 0;
  // A partial round in which the phase began counts as one (RFC 9406 4.2).
  if (phase_ == Phase::kConservative && ++css_rounds_ >= kCssRounds) phase_ = Phase::kDone;
}

bool HyStart::DelayRose() const {
  if (last_round_min_.IsInfinite()) return false;
  const Duration threshold = std::clamp(last_round_min_ / kMinRttDivisor, kMinRttThresh, kMaxRttThresh);
  return round_min_ >= last_round_min_ + threshold;
}

HyStart::Phase HyStart::OnAck(Duration rtt, bool round_start) {
  if (phase_ == Phase::kDone) return phase_;
  if (round_start) StartRound();
  if (rtt > Duration::Zero()) {
    round_min_ = Shorter(round_min_, rtt);
    ++samples_;
  }
  if (samples_ < kRttSamples) return phase_;
  if (phase_ == Phase::kSlowStart && DelayRose()) {
    phase_ = Phase::kConservative;
    css_baseline_ = round_min_;
    css_rounds_ = 0;
  } else if (phase_ == Phase::kConservative && round_min_ < css_baseline_) {
    phase_ = Phase::kSlowStart;
    css_baseline_ = Duration::Infinite();
  }
  return phase_;
}

}  // namespace mptcpp::congestion
