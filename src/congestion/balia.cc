// SPDX-License-Identifier: Apache-2.0
#include "congestion/balia.h"

#include <algorithm>

namespace mptcpp::congestion {

BaliaStep BaliaStepFor(const GroupSums& sums, Bytes cwnd, Duration smoothed_rtt) {
  const double rtt = smoothed_rtt.seconds();
  const double rate = static_cast<double>(cwnd.count()) / rtt;
  if (!(rate > 0) || !(sums.rate > 0)) return {};
  const double a = std::max(sums.max_rate / rate, 1.0);
  return {.increase = rate / (rtt * sums.rate * sums.rate) * (1 + a) / 2 * (4 + a) / 5, .beta = 1 - std::min(a, 1.5) / 2};
}

void Balia::OnAck(const AckSample& ack) {
  const Bytes left = BeginAck(ack);
  if (left == Bytes()) return;
  if (CouplingIsOld(ack)) {
    step_ = alone() ? BaliaStep{} : BaliaStepFor(SumsOf(group()), self().cwnd, ack.smoothed_rtt);
    set_beta(step_.beta);
  }
  if (alone()) {
    AvoidLikeReno(left);
  } else {
    GrowBy(step_.increase * static_cast<double>(left.count()) * static_cast<double>(mss().count()));
  }
  EndAck();
}

}  // namespace mptcpp::congestion
