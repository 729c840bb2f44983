// SPDX-License-Identifier: Apache-2.0
// The outcome of a simulated scenario, as a table for people and as JSON for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sim/scenario.h"

namespace mptcpp::apps {

std::string SimTable(const sim::Scenario& scenario, const sim::ScenarioResult& result);
nlohmann::json SimJson(const sim::Scenario& scenario, const sim::ScenarioResult& result);

}  // namespace mptcpp::apps
