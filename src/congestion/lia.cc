// SPDX-License-Identifier: Apache-2.0
#include "congestion/lia.h"

#include <algorithm>

namespace mptcpp::congestion {

double LiaAlphaPerByte(const Group& group) {
  const GroupSums sums = SumsOf(group);
  return sums.rate > 0 ? sums.best / (sums.rate * sums.rate) : 0;
}

void Lia::OnAck(const AckSample& ack) {
  const Bytes left = BeginAck(ack);
  if (left == Bytes()) return;
  if (CouplingIsOld(ack)) alpha_per_byte_ = LiaAlphaPerByte(group());
  if (alone()) {
    AvoidLikeReno(left);
  } else {
    const double own = 1.0 / static_cast<double>(control_.cwnd.count());
    const double increase =
        std::min(alpha_per_byte_, own) * static_cast<double>(left.count()) * static_cast<double>(mss().count());
    GrowBy(std::max(increase, 1.0));  // RFC 6356 3: never less than a byte
  }
  EndAck();
}

}  // namespace mptcpp::congestion
