// SPDX-License-Identifier: Apache-2.0
// handover: one path at a time. The connection stays on the subflow it has until that one falls silent, closes or becomes a
// backup; then it moves to the fastest of the others and stays there. For users who pay per path, or whose application dislikes
// reordering: mobility without aggregation.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// State: words[0] is the index of the subflow in use, plus one.
Decision ChooseHandover(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
