// SPDX-License-Identifier: Apache-2.0
// The rate limit of RFC 5961 section 10: so many challenge ACKs per second and endpoint.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace mptcpp::tcp {

class ChallengeAckLimiter {
 public:
  explicit ChallengeAckLimiter(std::uint32_t per_second) : per_second_(per_second) {}

  // True if one more may be sent now.
  bool Allow(Instant now) {
    if (now - window_start_ >= Duration::Seconds(1)) {
      window_start_ = now;
      sent_ = 0;
    }
    if (sent_ >= per_second_) return false;
    ++sent_;
    return true;
  }

 private:
  std::uint32_t per_second_;
  std::uint32_t sent_ = 0;
  Instant window_start_ = Instant::FromNanos(INT64_MIN / 2);
};

}  // namespace mptcpp::tcp
