// SPDX-License-Identifier: Apache-2.0
// Pacing: spreads a window over a round trip instead of sending it in one burst. A rate and a quantum go in; how much may
// leave now and when the next piece may leave come out. It holds no timer and sends nothing. Owned by one subflow.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "base/units.h"
#include "congestion/controller.h"

namespace mptcpp::congestion {

// The rate at which a controller that names none is paced: 2 x cwnd/srtt while far below ssthresh, so that slow start can
// double; 1.2 x afterwards, so that pacing is never what limits. Infinite() without an RTT sample: pacing is off until then.
Rate DefaultPacingRate(const Control& control, Duration smoothed_rtt);

// About a millisecond's worth, at least two segments (so that delayed ACKs do not wait), at most one super-segment.
Bytes DefaultQuantum(Rate rate, std::uint32_t mss);

// A bucket that may go into debt: a thin flow never waits, a thick one is spread, the average is the rate.
// At most two quanta leave at one instant: one of its own and one for a timer that came late.
class Pacer {
 public:
  // Infinite() rate switches pacing off. May be called for every ACK.
  void SetRate(Rate rate, Bytes quantum);
  Rate rate() const { return rate_; }

  // What may leave at `now`: zero until NextRelease(), then at least a quantum; Infinite() when unpaced.
  Bytes Allowed(Instant now) const;
  // When Allowed() is above zero again: `now` or later.
  Instant NextRelease(Instant now) const { return rate_.IsInfinite() || release_ <= now ? now : release_; }
  // `bytes` left at `now`. May be more than Allowed() (a retransmission, a probe): it is paid back by waiting.
  void OnSent(Instant now, Bytes bytes);

 private:
  Duration Credit(Instant now) const;

  Rate rate_ = Rate::Infinite();
  Bytes quantum_ = Bytes(2 * 1460);
  Instant release_;  // all that was sent has been paid for at this time
};

}  // namespace mptcpp::congestion
