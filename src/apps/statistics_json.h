// SPDX-License-Identifier: Apache-2.0
// Statistics as JSON (--json). Field names are those of mptcpp/statistics.h; times are microseconds (`_us`), rates bits per
// second.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "drivers/driver.h"
#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

// {"connection": {...}, "subflows": [...]}; null for an unknown handle.
nlohmann::ordered_json ConnectionJson(const Endpoint& endpoint, ConnectionId id);
// Only counters that are not zero.
nlohmann::ordered_json CountersJson(const Counters& counters);
nlohmann::ordered_json DriverJson(const drivers::DriverStatistics& statistics);

// Writes one document, indented, to `file`; "-" is standard error, so that standard output carries nothing but data.
// Returns one line if that failed.
std::string WriteJson(const nlohmann::ordered_json& document, const std::string& file);

}  // namespace mptcpp::apps
