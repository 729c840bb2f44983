// SPDX-License-Identifier: Apache-2.0
#include "congestion/ack_aggregation.h"

namespace mptcpp::congestion {
namespace {

constexpr Duration kMostTime = Duration::Millis(100);  // an excess beyond this much time at the estimated rate is no aggregation

}  // namespace

void AckAggregation::BeginEpoch(Instant now) {
  epoch_ = now;
  acked_ = Bytes();
}

void AckAggregation::OnAck(Instant now, Bytes acked, Rate estimate, Bytes cwnd, std::uint64_t round) {
  Bytes expected = estimate.In(now - epoch_);
  if (acked_ <= expected) {  // ACKs came no faster than the rate says: a new epoch
    BeginEpoch(now);
    expected = Bytes();
  }
  acked_ += acked;
  excess_.Add(Larger(Smaller(acked_ - expected, cwnd), Bytes()).count(), round);
}

Bytes AckAggregation::Excess(Rate estimate) const { return Smaller(Bytes(excess_.value()), estimate.In(kMostTime)); }

}  // namespace mptcpp::congestion
