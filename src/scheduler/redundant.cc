// SPDX-License-Identifier: Apache-2.0
#include "scheduler/redundant.h"

#include "scheduler/eligible.h"

namespace mptcpp::scheduler {

Decision ChooseRedundant(const Snapshot& snapshot, SchedulerState&) {
  const Eligible eligible(snapshot);
  Decision decision;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (eligible.HasWithSpace(s)) decision.subflows |= Decision::On(s.index).subflows;
  }
  return decision;
}

}  // namespace mptcpp::scheduler
