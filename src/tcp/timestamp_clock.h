// SPDX-License-Identifier: Apache-2.0
// The clock of RFC 7323's timestamps: milliseconds, before a connection's random offset (5.4) is added.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace mptcpp::tcp {

constexpr std::uint32_t TimestampAt(Instant now) { return static_cast<std::uint32_t>(now.nanos() / 1'000'000); }
// True if timestamp `a` was taken before `b` (RFC 7323 5.2: a circle).
constexpr bool TimestampBefore(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }

}  // namespace mptcpp::tcp
