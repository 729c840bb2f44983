// SPDX-License-Identifier: Apache-2.0
// minrtt: of the subflows that can take a segment now, the one with the smallest smoothed round-trip time. Fills the fastest
// path first and spills over to the next. It never waits for a faster subflow that is full: blest does.
#pragma once

#include "scheduler/eligible.h"
#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// Nullptr: none has space. A subflow without an RTT sample counts as the fastest, so that it gets one.
const SubflowSnapshot* FastestWithSpace(const Snapshot& snapshot, const Eligible& eligible);
// The same whether it has space or not.
const SubflowSnapshot* Fastest(const Snapshot& snapshot, const Eligible& eligible);

Decision ChooseMinRtt(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
