// SPDX-License-Identifier: Apache-2.0
#include "congestion/ewtcp.h"

namespace mptcpp::congestion {

void Ewtcp::OnAck(const AckSample& ack) {
  const Bytes left = BeginAck(ack);
  if (left == Bytes()) return;
  if (CouplingIsOld(ack)) {
    const double n = alone() ? 1 : static_cast<double>(group().ActiveCount());
    weight_ = 1 / (n * n);
  }
  GrowBy(weight_ * static_cast<double>(left.count()) * static_cast<double>(mss().count()) /
         static_cast<double>(control_.cwnd.count()));
  EndAck();
}

}  // namespace mptcpp::congestion
