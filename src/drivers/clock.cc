// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock.h"

#include <ctime>

namespace mptcpp::drivers {

Instant MonotonicNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return Instant::FromNanos(std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec);
}

}  // namespace mptcpp::drivers
