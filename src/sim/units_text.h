// SPDX-License-Identifier: Apache-2.0
// Quantities as people write them in scenario files: "10ms", "50 Mbit/s", "4 MiB", "1 %". Each answers nullopt for anything
// that is not exactly a number and a known unit.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "base/units.h"

namespace mptcpp::sim {

std::optional<Duration> ParseDuration(std::string_view text);   // ns us ms s min
std::optional<Rate> ParseRate(std::string_view text);           // bit/s kbit/s Mbit/s Gbit/s, "unlimited"
std::optional<Bytes> ParseBytes(std::string_view text);         // B kB MB GB KiB MiB GiB
std::optional<double> ParseFraction(std::string_view text);     // "1 %" or "0.01"

}  // namespace mptcpp::sim
