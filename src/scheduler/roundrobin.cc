// SPDX-License-Identifier: Apache-2.0
#include "scheduler/roundrobin.h"

#include "scheduler/eligible.h"

namespace mptcpp::scheduler {

Decision ChooseRoundRobin(const Snapshot& snapshot, SchedulerState& state) {
  const Eligible eligible(snapshot);
  const std::uint64_t from = state.words[0];
  const SubflowSnapshot* next = nullptr;
  std::uint64_t next_distance = kMaxSubflows;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    const std::uint64_t distance = (s.index + kMaxSubflows - from) % kMaxSubflows;
    if (eligible.HasWithSpace(s) && distance < next_distance) {
      next = &s;
      next_distance = distance;
    }
  }
  if (!next) return Decision::Wait();
  state.words[0] = (next->index + 1u) % kMaxSubflows;
  return Decision::On(next->index);
}

}  // namespace mptcpp::scheduler
