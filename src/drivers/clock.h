// SPDX-License-Identifier: Apache-2.0
// The real clock: CLOCK_MONOTONIC as an Instant. Only the outer ring has one.
#pragma once

#include "base/time.h"

namespace mptcpp::drivers {

Instant MonotonicNow();

}  // namespace mptcpp::drivers
