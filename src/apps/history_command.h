// SPDX-License-Identifier: Apache-2.0
// `mptcpp history`: how MP_CAPABLE came to look as it does, and which document an option found somewhere may follow.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpHistoryCommand(CLI::App& command);

}  // namespace mptcpp::apps
