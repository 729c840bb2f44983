// SPDX-License-Identifier: Apache-2.0
// `mptcpp scenario`: the stories of the protocol, played on the real endpoint in virtual time and checked segment by segment.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpScenarioCommand(CLI::App& command);

}  // namespace mptcpp::apps
