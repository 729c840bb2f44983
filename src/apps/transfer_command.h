// SPDX-License-Identifier: Apache-2.0
// `mptcpp listen` and `mptcpp connect`.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpListenCommand(CLI::App& command);
Action SetUpConnectCommand(CLI::App& command);

}  // namespace mptcpp::apps
