// SPDX-License-Identifier: Apache-2.0
#include "congestion/olia.h"

#include <algorithm>
#include <utility>

namespace mptcpp::congestion {
namespace {

// Proportional to the square of the rate that a TCP would reach with this loss interval.
double Quality(const GroupMember& m) {
  const double rtt = m.smoothed_rtt.seconds();
  return static_cast<double>(m.loss_interval.count()) / (rtt * rtt);
}

}  // namespace

std::array<double, Group::kMaxMembers> OliaShares(const Group& group) {
  std::array<double, Group::kMaxMembers> shares{};
  double best = 0;
  Bytes largest;
  for (const GroupMember& m : group.members()) {
    if (!Group::Counts(m)) continue;
    best = std::max(best, Quality(m));
    largest = Larger(largest, m.cwnd);
  }
  const auto is_largest = [&](const GroupMember& m) { return Group::Counts(m) && m.cwnd == largest; };
  const auto is_collected = [&](const GroupMember& m) { return Group::Counts(m) && Quality(m) == best && m.cwnd != largest; };
  const auto count = [&](auto predicate) { return static_cast<double>(std::ranges::count_if(group.members(), predicate)); };

  const double n = static_cast<double>(group.ActiveCount());
  const double collected = count(is_collected);
  if (collected == 0) return shares;  // the best already have the largest windows
  for (std::size_t i = 0; i < Group::kMaxMembers; ++i) {
    const GroupMember& m = group.members()[i];
    if (is_collected(m)) shares[i] = 1 / (n * collected);
    if (is_largest(m)) shares[i] = -1 / (n * count(is_largest));
  }
  return shares;
}

void Olia::OnAck(const AckSample& ack) {
  since_loss_ += ack.acked;
  if (IsCoupled()) self().loss_interval = Larger(since_loss_, between_losses_);
  const Bytes left = BeginAck(ack);
  if (left == Bytes()) return;
  if (CouplingIsOld(ack) && !alone()) {
    const double rate = SumsOf(group()).rate;
    const double rtt = ack.smoothed_rtt.seconds();
    const double cwnd = static_cast<double>(self().cwnd.count());
    per_byte_ = cwnd / (rtt * rtt * rate * rate) + OliaShares(group())[member_index()] / cwnd;
  }
  if (alone()) {
    AvoidLikeReno(left);
  } else {
    GrowBy(per_byte_ * static_cast<double>(left.count()) * static_cast<double>(mss().count()));
  }
  EndAck();
}

void Olia::OnLoss() {
  // A second loss with nothing acknowledged in between must not wipe the interval.
  if (since_loss_ > Bytes()) between_losses_ = std::exchange(since_loss_, Bytes());
  if (IsCoupled()) self().loss_interval = between_losses_;
}

void Olia::OnCongestionEvent(const CongestionEvent& event) {
  OnLoss();
  CoupledBase::OnCongestionEvent(event);
}

void Olia::OnRto(Instant now, Bytes in_flight, bool first) {
  if (first) OnLoss();
  CoupledBase::OnRto(now, in_flight, first);
}

}  // namespace mptcpp::congestion
