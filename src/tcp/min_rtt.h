// SPDX-License-Identifier: Apache-2.0
// The shortest round-trip time seen lately: what the path takes when no queue stands in the way. "Lately" is five minutes
// (Linux's tcp_min_rtt_wlen), kept as two halves: a path that became longer is believed after at most that time, and a sample
// costs one comparison. Owned by one Sender.
#pragma once

#include "base/time.h"

namespace mptcpp::tcp {

class MinRtt {
 public:
  void AddSample(Duration rtt, Instant now) {
    if (now >= half_ends_) {
      const bool stale = now - half_ends_ >= kHalf;  // nothing came during the half that should lie between
      previous_ = stale ? Duration::Infinite() : current_;
      current_ = rtt;
      half_ends_ = now + kHalf;
    }
    current_ = Shorter(current_, rtt);
  }
  // Zero() before the first sample.
  Duration value() const {
    const Duration least = Shorter(previous_, current_);
    return least.IsInfinite() ? Duration::Zero() : least;
  }

 private:
  static constexpr Duration kHalf = Duration::Seconds(150);
  Duration previous_ = Duration::Infinite();
  Duration current_ = Duration::Infinite();
  Instant half_ends_;
};

}  // namespace mptcpp::tcp
