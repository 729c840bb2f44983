// SPDX-License-Identifier: Apache-2.0
// `mptcpp ladder`: a scenario or a capture as a message-sequence chart, on the terminal or as a picture.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpLadderCommand(CLI::App& command);

}  // namespace mptcpp::apps
