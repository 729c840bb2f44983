// SPDX-License-Identifier: Apache-2.0
// weighted: the operator decides, not the round-trip time (PathPreference in mptcpp/options.h). Three wishes, in this order:
//   data_cap  a subflow that has sent so much is asked only when no other is left;
//   cost      of the rest, only the cheapest carry data, whether they have space just now or not;
//   weight    those share it in the ratio of their weights.
// The ratio is kept strictly: a full subflow is waited for, so that 3:1 means three bytes here for one there, and the pair is as
// fast as the ratio lets its slower partner be.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// A subflow of weight w has turns of w times so many bytes.
inline constexpr Bytes kWeightedTurn = Bytes::KiB(16);

// State: words[0] is the index whose turn it is, plus one; words[1] what it had sent when the turn began.
Decision ChooseWeighted(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
