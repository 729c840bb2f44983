// SPDX-License-Identifier: Apache-2.0
#include "scheduler/minrtt.h"

namespace mptcpp::scheduler {
namespace {

const SubflowSnapshot* Faster(const SubflowSnapshot* best, const SubflowSnapshot& s) {
  return !best || s.smoothed_rtt < best->smoothed_rtt ? &s : best;
}

}  // namespace

const SubflowSnapshot* FastestWithSpace(const Snapshot& snapshot, const Eligible& eligible) {
  const SubflowSnapshot* best = nullptr;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (eligible.HasWithSpace(s)) best = Faster(best, s);
  }
  return best;
}

const SubflowSnapshot* Fastest(const Snapshot& snapshot, const Eligible& eligible) {
  const SubflowSnapshot* best = nullptr;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (eligible.Has(s)) best = Faster(best, s);
  }
  return best;
}

Decision ChooseMinRtt(const Snapshot& snapshot, SchedulerState&) {
  const SubflowSnapshot* best = FastestWithSpace(snapshot, Eligible(snapshot));
  return best ? Decision::On(best->index) : Decision::Wait();
}

}  // namespace mptcpp::scheduler
