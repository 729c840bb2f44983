// SPDX-License-Identifier: Apache-2.0
#include "scheduler/handover.h"

#include "scheduler/minrtt.h"

namespace mptcpp::scheduler {

Decision ChooseHandover(const Snapshot& snapshot, SchedulerState& state) {
  const Eligible eligible(snapshot);
  const SubflowSnapshot* current = nullptr;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (s.index + 1u == state.words[0] && eligible.Has(s)) current = &s;
  }
  if (!current) current = Fastest(snapshot, eligible);
  if (!current) return Decision::Wait();
  // A reinjection that must not go back to the path that had it says nothing about that path's health.
  if (!current->carried_segment) state.words[0] = current->index + 1u;
  return current->space > Bytes() ? Decision::On(current->index) : Decision::Wait();
}

}  // namespace mptcpp::scheduler
