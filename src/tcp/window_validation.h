// SPDX-License-Identifier: Apache-2.0
// Congestion window validation (RFC 7661): a window is worth what was lately shown to get through. pipeACK is the most that was
// acknowledged in one round trip of the last few; while it is less than half of the window, the window is not validated: a loss then
// reduces what was really in use (4.4.2), and after five minutes the window itself gives way (4.4.3). That an unused window does not
// grow is window_use.h. After silence of more than one RTO RFC 5681 4.1 restarts from the initial window, which is stricter than
// 7661. Holds no timer. Owned by one Sender.
#pragma once

#include "base/time.h"
#include "base/units.h"

namespace mptcpp::tcp {

class WindowValidation {
 public:
  // `acked` bytes were delivered; `round_start`: with the first ACK of a new round trip.
  void OnAcked(Bytes acked, bool round_start, Duration smoothed_rtt, Instant now);
  // After a loss, or silence: nothing is known, which counts as validated (4.2).
  void Forget() { *this = WindowValidation(); }

  bool IsValidated(Bytes cwnd) const { return !known_ || PipeAck() * 2 >= cwnd; }
  Bytes PipeAck() const { return Larger(recent_, before_); }
  // 4.4.3. `unused`: the window is not validated now. True once for every five minutes of that.
  bool MustDecay(bool unused, Instant now);

 private:
  bool known_ = false;  // one round trip was measured
  Bytes round_;         // acknowledged in the round trip that goes on
  Bytes recent_;        // the most in one round trip of this sampling period
  Bytes before_;        // ... of the period before
  Instant period_start_;
  Instant unvalidated_since_ = Instant::Infinite();
};

}  // namespace mptcpp::tcp
