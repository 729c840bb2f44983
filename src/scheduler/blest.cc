// SPDX-License-Identifier: Apache-2.0
#include "scheduler/blest.h"

#include <algorithm>

#include "scheduler/minrtt.h"

namespace mptcpp::scheduler {
namespace {

// Beyond this ratio of round-trip times the answer is "wait" at any window; it also bounds the arithmetic.
constexpr double kMaxRttRatio = 10'000;

// Lambda in hundredths, as Linux's module had it.
constexpr std::uint64_t kFirstLambda = 120, kLowestLambda = 100, kHighestLambda = 130;
constexpr std::uint64_t kLambdaUp = 4, kLambdaDown = 1;

// One step per round trip of the slow subflow: up if the window blocked meanwhile all the same, else slowly down.
std::uint64_t AdaptLambda(const Snapshot& snapshot, const SubflowSnapshot& slow, SchedulerState& state) {
  auto& [lambda, copies, at, a, b, c, d, e] = state.words;
  const auto now = static_cast<std::uint64_t>(snapshot.now.nanos());
  if (lambda == 0) {
    lambda = kFirstLambda;
  } else if (now - at < static_cast<std::uint64_t>(slow.smoothed_rtt.nanos())) {
    return lambda;
  } else if (snapshot.opportunistic_copies != copies) {
    lambda = std::min(lambda + kLambdaUp, kHighestLambda);
  } else {
    lambda = std::max(lambda - kLambdaDown, kLowestLambda);
  }
  copies = snapshot.opportunistic_copies;
  at = now;
  return lambda;
}

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

Decision ChooseBlest(const Snapshot& snapshot, SchedulerState& state) {
  const Eligible eligible(snapshot);
  const SubflowSnapshot* fast = Fastest(snapshot, eligible);
  const SubflowSnapshot* slow = FastestWithSpace(snapshot, eligible);
  if (!slow) return Decision::Wait();
  // Equal, unmeasured, or the fastest itself: nothing to wait for.
  if (slow->smoothed_rtt <= fast->smoothed_rtt || fast->smoothed_rtt.IsZero()) return Decision::On(slow->index);
  const Bytes left = SharedWindow(snapshot) - slow->in_flight - Bytes(slow->mss);
  const auto lambda = static_cast<std::int64_t>(AdaptLambda(snapshot, *slow, state));
  return SentMeanwhile(*fast, *slow) / 100 * lambda > left ? Decision::Wait() : Decision::On(slow->index);
}

}  // namespace mptcpp::scheduler
