// SPDX-License-Identifier: Apache-2.0
// redundant: every segment on every subflow. The throughput of the best path, the latency of the fastest one at each moment: for
// games, voice, robots. A subflow that is full for the moment gets its copy later, unless the data has arrived by then; so a
// slow one lags and skips, and delays nobody. Backups get no copies.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

Decision ChooseRedundant(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
