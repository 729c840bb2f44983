// SPDX-License-Identifier: Apache-2.0
// sttf, "Shortest Transfer Time First" (Hurtig et al., ToN 2019): predicts when data would arrive on each subflow, the wait for
// its congestion window included, and takes the earliest. The paper places every waiting segment on its own; here segments leave
// in order, so the question for a slower subflow is: would this segment, sent there now, arrive before the fast one alone could
// deliver all that waits? If not, using it would only delay the end.
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// When the last of `bytes`, given to this subflow after what it has in flight, is expected to arrive: half a round trip, and a
// whole one for every further window. Zero() while the round-trip time is unknown.
Duration ArrivalOf(Bytes bytes, const SubflowSnapshot& s);

Decision ChooseSttf(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
