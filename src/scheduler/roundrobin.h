// SPDX-License-Identifier: Apache-2.0
// roundrobin: the subflows take turns; one without space is passed over. For measurements and for paths that are alike: on
// unequal paths it is slower than minrtt.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// State: words[0] is the index at which the next turn begins.
Decision ChooseRoundRobin(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
