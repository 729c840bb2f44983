// SPDX-License-Identifier: Apache-2.0
// interactive: the first byte soonest. A thin stream (keystrokes, requests, calls) goes to every subflow that has room to spare:
// the bytes are few, and whichever path is quick or alive delivers them. As soon as data queues up, copies would only take room
// from it: then it is sttf.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// So little waiting is a thin stream.
inline constexpr std::int64_t kThinSegments = 4;

Decision ChooseInteractive(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
