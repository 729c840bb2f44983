// SPDX-License-Identifier: Apache-2.0
// `mptcpp sim`: plays a scenario file in the simulator and prints what happened.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpSimCommand(CLI::App& command);

}  // namespace mptcpp::apps
