// SPDX-License-Identifier: Apache-2.0
// Names of scenarios on the command line.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "apps/command.h"
#include "scenarios/scenario.h"

namespace mptcpp::apps {

// Throws a UsageError that names the nearest if there is none.
inline const scenarios::Scenario& ScenarioOrUsageError(const std::string& name) {
  if (const scenarios::Scenario* found = scenarios::FindScenario(name)) return *found;
  throw UsageError{fmt::format("no scenario is called {}; near it: {} (mptcpp scenario list has all)", name,
                               fmt::join(scenarios::NearestNames(name), ", "))};
}

}  // namespace mptcpp::apps
