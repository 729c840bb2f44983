// SPDX-License-Identifier: Apache-2.0
// ecf, "Earliest Completion First" (Lim et al., CoNEXT 2017): when the fastest subflow is full, would all that is waiting be
// delivered sooner by waiting for it than by using a slower one? Then wait. It helps most at the end of a burst, where a slow
// path would hold the last segments.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// State: words[0] is 1 while it waits (a hysteresis of a quarter, so that it does not waver).
Decision ChooseEcf(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
