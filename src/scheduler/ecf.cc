// SPDX-License-Identifier: Apache-2.0
#include "scheduler/ecf.h"

#include <algorithm>

#include "scheduler/minrtt.h"

namespace mptcpp::scheduler {
namespace {

constexpr double kHysteresis = 0.25;

// Round trips that `unsent` takes on this subflow. As deployed: at least one window, even if less is waiting.
double Rounds(Bytes unsent, const SubflowSnapshot& s) {
  const double window = std::max(static_cast<double>(s.cwnd.count()), 1.0);
  return std::max(static_cast<double>(unsent.count()), window) / window;
}

}  // namespace

Decision ChooseEcf(const Snapshot& snapshot, SchedulerState& state) {
  const Eligible eligible(snapshot);
  const SubflowSnapshot* fast = Fastest(snapshot, eligible);
  const SubflowSnapshot* slow = FastestWithSpace(snapshot, eligible);
  if (!slow) return Decision::Wait();
  std::uint64_t& waiting = state.words[0];
  if (slow->smoothed_rtt <= fast->smoothed_rtt || fast->smoothed_rtt.IsZero()) {
    return Decision::On(slow->index);
  }
  const double fast_rtt = fast->smoothed_rtt.seconds();
  const double slow_rtt = slow->smoothed_rtt.seconds();
  const double delta = Longer(fast->rtt_variation, slow->rtt_variation).seconds();
  const double patience = 1 + (waiting ? kHysteresis : 0);
  if ((1 + Rounds(snapshot.unsent, *fast)) * fast_rtt >= patience * (slow_rtt + delta)) {
    waiting = 0;
    return Decision::On(slow->index);
  }
  // The second test asks whether the slow path really would be late for the first segment of the fast one.
  if (Rounds(snapshot.unsent, *slow) * slow_rtt < 2 * fast_rtt + delta) return Decision::On(slow->index);
  waiting = 1;
  return Decision::Wait();
}

}  // namespace mptcpp::scheduler
