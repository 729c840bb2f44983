// SPDX-License-Identifier: Apache-2.0
// blest (Ferlin et al., IFIP Networking 2016): minrtt that knows when to wait. Before it gives a segment to a slow subflow, it
// asks how much the fastest one could send during the slow one's round trip. If the shared window would not hold both, the slow
// segment would block it at its head, and the fast path would stand still: then the segment waits for the fast path. The estimate
// is scaled by lambda, which learns from what happens: up when the window blocked all the same, slowly down otherwise (1.0 to 1.3).
#pragma once

#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

// What `fast` sends during one round trip of `slow` while it grows by a segment per round trip of its own:
// MSS * (CWND + (r - 1) / 2) * r with r = RTT_slow / RTT_fast.
Bytes SentMeanwhile(const SubflowSnapshot& fast, const SubflowSnapshot& slow);

// State: words[0] is lambda in hundredths (0: not yet begun), words[1] the copies counted at its last step, words[2] when that was.
Decision ChooseBlest(const Snapshot& snapshot, SchedulerState& state);

}  // namespace mptcpp::scheduler
