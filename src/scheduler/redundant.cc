// SPDX-License-Identifier: Apache-2.0
#include "scheduler/redundant.h"

#include "scheduler/eligible.h"

namespace mptcpp::scheduler {

Decision ChooseRedundant(const Snapshot& snapshot, SchedulerState&) {
  const Eligible eligible(snapshot);
  Decision all;
  bool any_space = false;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (!eligible.Has(s)) continue;
    all.subflows |= Decision::On(s.index).subflows;
    any_space |= s.space > Bytes();
  }
  return any_space ? all : Decision::Wait();
}

}  // namespace mptcpp::scheduler
