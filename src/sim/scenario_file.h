// SPDX-License-Identifier: Apache-2.0
// Scenarios as TOML files. examples/*.toml explain the format by example; docs name every key.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "sim/scenario.h"

namespace mptcpp::sim {

// The error is one line: "FILE:LINE: what is wrong". An unknown key is an error, too: it is a typing mistake.
std::expected<Scenario, std::string> ReadScenarioFile(const std::string& path);
// The same from text; `name` stands for the file in messages.
std::expected<Scenario, std::string> ParseScenario(std::string_view text, const std::string& name);

}  // namespace mptcpp::sim
