// SPDX-License-Identifier: Apache-2.0
// linger: the rule of the upstream Linux kernel since 5.9. How long would what a subflow already holds linger in it, at its
// pacing rate? The one with the shortest time is next, and keeps its turn for a burst of up to 64 KiB, so that super-segments stay
// whole. There a subflow may queue more than its window; here it may not, so only those with space are asked.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

inline constexpr Bytes kLingerBurst = Bytes::KiB(64);

// In flight over the pacing rate, or over a window per round trip if it does not pace; Zero() while neither is known.
Duration LingerTime(const SubflowSnapshot& s);

// State: words[0] is the index that has the burst, plus one; words[1] what it had sent when the burst began.
Decision ChooseLinger(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
