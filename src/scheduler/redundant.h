// SPDX-License-Identifier: Apache-2.0
// redundant: every segment on every subflow that has space for it. The throughput of one path, the latency of the best one at
// each moment: for games, voice, robots. Backups get no copies; a full or stale subflow is left out and delays nobody.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

Decision ChooseRedundant(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
