// SPDX-License-Identifier: Apache-2.0
// `mptcpp experiment`: the published experiments, in the simulator.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpExperimentCommand(CLI::App& command);

}  // namespace mptcpp::apps
