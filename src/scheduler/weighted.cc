// SPDX-License-Identifier: Apache-2.0
#include "scheduler/weighted.h"

#include <algorithm>
#include <utility>

#include "scheduler/eligible.h"

namespace mptcpp::scheduler {
namespace {

using Price = std::pair<bool, std::uint8_t>;

Price PriceOf(const SubflowSnapshot& s) { return {s.over_cap, s.cost}; }

// The subflows that may have turns: eligible, and of the lowest price there is.
class Affordable {
 public:
  explicit Affordable(const Snapshot& snapshot) : eligible_(snapshot) {
    for (const SubflowSnapshot& s : snapshot.subflows) {
      if (eligible_.Has(s)) price_ = std::min(price_, PriceOf(s));
    }
  }
  bool Has(const SubflowSnapshot& s) const { return eligible_.Has(s) && PriceOf(s) == price_; }

 private:
  Eligible eligible_;
  Price price_{true, 255};
};

bool TurnIsOver(const SubflowSnapshot& s, const SchedulerState& state) {
  const Bytes sent = s.sent - Bytes(static_cast<std::int64_t>(state.words[1]));
  return sent >= kWeightedTurn * s.weight;
}

// The next in the circle after `from`, itself last.
const SubflowSnapshot* NextOf(const Snapshot& snapshot, const Affordable& affordable, std::uint64_t from) {
  const SubflowSnapshot* next = nullptr;
  std::uint64_t nearest = kMaxSubflows;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    const std::uint64_t distance = (s.index + kMaxSubflows - from) % kMaxSubflows;
    if (!affordable.Has(s) || distance >= nearest) continue;
    next = &s;
    nearest = distance;
  }
  return next;
}

}  // namespace

Decision ChooseWeighted(const Snapshot& snapshot, SchedulerState& state) {
  const Affordable affordable(snapshot);
  const SubflowSnapshot* turn = nullptr;
  for (const SubflowSnapshot& s : snapshot.subflows) {
    if (s.index + 1u == state.words[0] && affordable.Has(s) && !TurnIsOver(s, state)) turn = &s;
  }
  if (!turn) {
    turn = NextOf(snapshot, affordable, state.words[0] % kMaxSubflows);
    if (!turn) return Decision::Wait();
    state.words[0] = turn->index + 1u;
    state.words[1] = static_cast<std::uint64_t>(turn->sent.count());
  }
  return turn->space > Bytes() ? Decision::On(turn->index) : Decision::Wait();
}

}  // namespace mptcpp::scheduler
