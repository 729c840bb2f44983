// SPDX-License-Identifier: Apache-2.0
// What `mptcpp scenario` prints about scenarios and how they went, for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "scenarios/player.h"

namespace mptcpp::apps {

// "S000-3   simple-data               Every byte takes one number"
std::string ScenarioLine(const scenarios::Scenario& scenario);
// The whole story: title, source, correction, every segment.
std::string ScenarioStory(const scenarios::Scenario& scenario, const scenarios::Outcome& outcome);
// Expectation, what came instead, and the trace.
std::string ScenarioFailure(const scenarios::Scenario& scenario, const scenarios::Outcome& outcome);
nlohmann::ordered_json ScenarioJson(const scenarios::Scenario& scenario);
nlohmann::ordered_json ScenarioJson(const scenarios::Scenario& scenario, const scenarios::Outcome& outcome);

}  // namespace mptcpp::apps
