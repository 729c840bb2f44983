// SPDX-License-Identifier: Apache-2.0
#include "apps/linger.h"

#include <algorithm>
#include <array>

namespace mptcpp::apps {
namespace {

constexpr int kTimeouts = 3;  // the peer's retransmissions back off: the second one is due 3 RTO after the first transmission
constexpr Duration kLongest = Duration::Seconds(2);

}  // namespace

void Linger::Add(const Endpoint& endpoint, ConnectionId id, Instant now) {
  const auto info = endpoint.Info(id);
  if (!info || info->state != DataState::kTimeWait) return;
  std::array<SubflowInfo, 64> subflows;
  const std::size_t n = endpoint.Subflows(id, subflows).value_or(0);
  Duration rto;
  for (std::size_t i = 0; i < n; ++i) {
    if (!subflows[i].rto.IsInfinite()) rto = Longer(rto, subflows[i].rto);
  }
  until_ = std::max(until_, now + Shorter(rto * kTimeouts, kLongest));
}

}  // namespace mptcpp::apps
