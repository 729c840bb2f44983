// SPDX-License-Identifier: Apache-2.0
// `mptcpp demo`: two processes, two paths on loopback, one of which fails silently half-way; numbers and a report at the end.
#pragma once

#include "apps/command.h"

namespace mptcpp::apps {

Action SetUpDemoCommand(CLI::App& command);

}  // namespace mptcpp::apps
