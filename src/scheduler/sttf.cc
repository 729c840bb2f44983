// SPDX-License-Identifier: Apache-2.0
#include "scheduler/sttf.h"

#include <algorithm>

#include "scheduler/minrtt.h"

namespace mptcpp::scheduler {

Duration ArrivalOf(Bytes bytes, const SubflowSnapshot& s) {
  const std::int64_t window = std::max<std::int64_t>(s.cwnd.count(), s.mss);
  const std::int64_t ahead = std::min(bytes, Bytes::MiB(1 << 20)).count() + s.in_flight.count();
  const std::int64_t more_rounds = std::max<std::int64_t>(ahead - 1, 0) / window;
  return s.smoothed_rtt / 2 + s.smoothed_rtt * more_rounds;
}

Decision ChooseSttf(const Snapshot& snapshot, SchedulerState&) {
  const Eligible eligible(snapshot);
  const SubflowSnapshot* ready = FastestWithSpace(snapshot, eligible);
  if (!ready) return Decision::Wait();
  const Duration now_here = ArrivalOf(Bytes(ready->mss), *ready);
  for (const SubflowSnapshot& s : snapshot.subflows) {
    const bool faster = eligible.Has(s) && !s.smoothed_rtt.IsZero() && s.smoothed_rtt < ready->smoothed_rtt;
    if (faster && ArrivalOf(Larger(snapshot.unsent, Bytes(s.mss)), s) < now_here) return Decision::Wait();
  }
  return Decision::On(ready->index);
}

}  // namespace mptcpp::scheduler
