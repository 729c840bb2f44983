// SPDX-License-Identifier: Apache-2.0
#include "congestion/newreno.h"

namespace mptcpp::congestion {

void NewReno::OnAck(const AckSample& ack) {
  if (!MayGrow(ack)) return;
  if (const Bytes left = SlowStart(ack); left > Bytes()) AvoidLikeReno(left);
}

}  // namespace mptcpp::congestion
