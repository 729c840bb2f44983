// SPDX-License-Identifier: Apache-2.0
#include "scheduler/opportunistic.h"

#include "scheduler/minrtt.h"

namespace mptcpp::scheduler {
namespace {

bool Carries(const BlockingSegment& head, const SubflowSnapshot& s) { return (head.holders >> s.index & 1u) != 0; }

// Is it worth a second copy? Only if this holder is so slow, or its window so small, that it would not come through by itself.
bool IsHopeless(const SubflowSnapshot& holder, const SubflowSnapshot& chosen) {
  return holder.cwnd <= Bytes(4 * std::int64_t{holder.mss}) || chosen.smoothed_rtt * 4 < holder.smoothed_rtt;
}

}  // namespace

OpportunisticDecision DecideOpportunistic(const Snapshot& snapshot, const BlockingSegment& head) {
  const SubflowSnapshot* chosen = FastestWithSpace(snapshot, Eligible(snapshot));
  OpportunisticDecision decision;
  if (!chosen) return decision;
  bool worth_it = false;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (&s == chosen || !Carries(head, s)) continue;
    if (s.smoothed_rtt > chosen->smoothed_rtt) decision.penalise |= head.penalise_allowed & 1u << s.index;
    if (IsHopeless(s, *chosen)) worth_it = true;
  }
  if (worth_it && !Carries(head, *chosen)) decision.retransmit_on = chosen->index;
  return decision;
}

}  // namespace mptcpp::scheduler
