// SPDX-License-Identifier: Apache-2.0
#include "congestion/fully_coupled.h"

#include <algorithm>

namespace mptcpp::congestion {

double FullyCoupled::TotalWindow() const {
  double total = 0;
  for (const GroupMember& m : group().members()) {
    if (Group::Counts(m)) total += static_cast<double>(m.cwnd.count());
  }
  return std::max(total, static_cast<double>(control_.cwnd.count()));
}

void FullyCoupled::OnAck(const AckSample& ack) {
  const Bytes left = BeginAck(ack);
  if (left == Bytes()) return;
  if (CouplingIsOld(ack)) total_ = alone() ? static_cast<double>(control_.cwnd.count()) : TotalWindow();
  GrowBy(static_cast<double>(left.count()) * static_cast<double>(mss().count()) / total_);
  EndAck();
}

void FullyCoupled::OnCongestionEvent(const CongestionEvent& event) {
  // What w - w_total/2 leaves of w; the floor is the base's.
  const double own = static_cast<double>(control_.cwnd.count());
  set_beta(std::clamp(1 - TotalWindow() / (2 * own), 0.0, 0.5));
  CoupledBase::OnCongestionEvent(event);
}

}  // namespace mptcpp::congestion
