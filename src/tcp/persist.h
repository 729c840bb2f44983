// SPDX-License-Identifier: Apache-2.0
// The timer behind zero-window probes (RFC 9293 3.8.6.1): while data waits for a shut window and nothing is outstanding, ask
// now and then, first after one RTO, then twice as long each time. The lost window update would be waited for forever otherwise.
#pragma once

#include "base/time.h"

namespace mptcpp::tcp {

class Persist {
 public:
  bool IsBlocked() const { return interval_ > Duration::Zero(); }
  Instant deadline() const { return deadline_; }

  // The window is shut. No effect if that was known.
  void Block(Duration rto, Instant now) {
    if (IsBlocked()) return;
    interval_ = rto;
    deadline_ = now + rto;
  }
  void Stop() {
    interval_ = Duration::Zero();
    deadline_ = Instant::Infinite();
  }
  // True if a probe is due; then the next one is set, no further away than `longest`.
  bool OnDeadline(Instant now, Duration longest) {
    if (now < deadline_) return false;
    interval_ = Shorter(interval_ * 2, longest);
    deadline_ = now + interval_;
    return true;
  }

 private:
  Duration interval_;
  Instant deadline_ = Instant::Infinite();
};

}  // namespace mptcpp::tcp
