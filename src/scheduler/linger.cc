// SPDX-License-Identifier: Apache-2.0
#include "scheduler/linger.h"

#include "scheduler/eligible.h"

namespace mptcpp::scheduler {
namespace {

bool InBurst(const SubflowSnapshot& s, const SchedulerState& state) {
  return s.index + 1u == state.words[0] && s.sent - Bytes(static_cast<std::int64_t>(state.words[1])) < kLingerBurst;
}

}  // namespace

Duration LingerTime(const SubflowSnapshot& s) {
  if (!s.pacing_rate.IsInfinite() && !s.pacing_rate.IsZero()) return s.pacing_rate.TimeFor(s.in_flight);
  if (s.smoothed_rtt.IsZero() || s.cwnd <= Bytes()) return Duration::Zero();
  return Rate::Per(s.cwnd, s.smoothed_rtt).TimeFor(s.in_flight);
}

Decision ChooseLinger(const Snapshot& snapshot, SchedulerState& state) {
  const Eligible eligible(snapshot);
  const SubflowSnapshot* best = nullptr;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (!eligible.HasWithSpace(s)) continue;
    if (InBurst(s, state)) return Decision::On(s.index);
    if (!best || LingerTime(s) < LingerTime(*best)) best = &s;
  }
  if (!best) return Decision::Wait();
  state.words[0] = best->index + 1u;
  state.words[1] = static_cast<std::uint64_t>(best->sent.count());
  return Decision::On(best->index);
}

}  // namespace mptcpp::scheduler
