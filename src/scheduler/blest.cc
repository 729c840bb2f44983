// SPDX-License-Identifier: Apache-2.0
#include "scheduler/blest.h"

#include <algorithm>

#include "scheduler/minrtt.h"

namespace mptcpp::scheduler {
namespace {

// Beyond this ratio of round-trip times the answer is "wait" at any window; it also bounds the arithmetic.
constexpr double kMaxRttRatio = 10'000;

// The whole shared window: what is in flight and what it still allows.
Bytes SharedWindow(const Snapshot& snapshot) {
  Bytes window = Smaller(snapshot.send_window, Bytes::MiB(1 << 20));  // a sum with it must not overflow
  for (const SubflowSnapshot& s : snapshot.subflows) window += s.in_flight;
  return window;
}

}  // namespace

Bytes SentMeanwhile(const SubflowSnapshot& fast, const SubflowSnapshot& slow) {
  const double rounds = std::min(slow.smoothed_rtt.seconds() / fast.smoothed_rtt.seconds(), kMaxRttRatio);
  const double bytes = (static_cast<double>(fast.cwnd.count()) + fast.mss * (rounds - 1) / 2) * rounds;
  return Bytes(static_cast<std::int64_t>(bytes));
}

Decision ChooseBlest(const Snapshot& snapshot, SchedulerState&) {
  const Eligible eligible(snapshot);
  const SubflowSnapshot* fast = Fastest(snapshot, eligible);
  const SubflowSnapshot* slow = FastestWithSpace(snapshot, eligible);
  if (!slow) return Decision::Wait();
  // Equal, unmeasured, or the fastest itself: nothing to wait for.
  if (slow->smoothed_rtt <= fast->smoothed_rtt || fast->smoothed_rtt.IsZero()) return Decision::On(slow->index);
  const Bytes left = SharedWindow(snapshot) - slow->in_flight - Bytes(slow->mss);
  return SentMeanwhile(*fast, *slow) > left ? Decision::Wait() : Decision::On(slow->index);
}

}  // namespace mptcpp::scheduler
