// SPDX-License-Identifier: Apache-2.0
// HyStart++ (RFC 9406): leaves slow start before it overshoots. When the smallest RTT of a round rises clearly above that of
// the round before, a queue is building: growth slows to a quarter (conservative slow start) for up to five rounds. If the RTT
// falls back meanwhile, it was jitter and slow start resumes; if not, slow start is over.
// Decides the phase only; the window belongs to the controller. Meant for the first slow start of a connection (RFC 9406 4.3).
#pragma once

#include "base/time.h"

namespace mptcpp::congestion {

class HyStart {
 public:
  enum class Phase { kSlowStart, kConservative, kDone };

  // One ACK during slow start: its RTT sample (Zero() if it has none) and whether it begins a round.
  Phase OnAck(Duration rtt, bool round_start);
  Phase phase() const { return phase_; }
  // By how much slower than slow start the window grows in this phase.
  int growth_divisor() const { return phase_ == Phase::kConservative ? kCssGrowthDivisor : 1; }

  static constexpr Duration kMinRttThresh = Duration::Millis(4);
  static constexpr Duration kMaxRttThresh = Duration::Millis(16);
  static constexpr int kMinRttDivisor = 8;
  static constexpr int kRttSamples = 8;
  static constexpr int kCssGrowthDivisor = 4;
  static constexpr int kCssRounds = 5;

 private:
  void StartRound();
  bool DelayRose() const;

  Phase phase_ = Phase::kSlowStart;
  int samples_ = 0;
  int css_rounds_ = 0;
  Duration last_round_min_ = Duration::Infinite();
  Duration round_min_ = Duration::Infinite();
  Duration css_baseline_ = Duration::Infinite();
};

}  // namespace mptcpp::congestion
