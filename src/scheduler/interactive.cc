// SPDX-License-Identifier: Apache-2.0
#include "scheduler/interactive.h"

#include "scheduler/eligible.h"
#include "scheduler/sttf.h"

namespace mptcpp::scheduler {
namespace {

// A copy must not stand in the way of anything: the window is at most half used.
bool HasRoomToSpare(const SubflowSnapshot& s) { return s.space > Bytes() && s.in_flight * 2 <= s.cwnd; }

}  // namespace

Decision ChooseInteractive(const Snapshot& snapshot, SchedulerState& state) {
  const Eligible eligible(snapshot);
  Decision copies;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    const bool thin = snapshot.unsent <= Bytes(kThinSegments * s.mss);
    if (thin && eligible.Has(s) && HasRoomToSpare(s)) copies.subflows |= Decision::On(s.index).subflows;
  }
  return copies.IsWait() ? ChooseSttf(snapshot, state) : copies;
}

}  // namespace mptcpp::scheduler
