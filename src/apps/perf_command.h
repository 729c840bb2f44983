// SPDX-License-Identifier: Apache-2.0
// `mptcpp perf listen` and `mptcpp perf connect`.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpPerfCommand(CLI::App& command);

}  // namespace mptcpp::apps
