// SPDX-License-Identifier: Apache-2.0
#include "mptcp/reinjection.h"

namespace mptcpp::core {
namespace {

constexpr Duration kLeastSpread = Duration::Millis(5);  // timer and interrupt granularity of both hosts
constexpr Duration kDelayedAck = Duration::Millis(40);  // Linux's and ours; RFC 9293 allows more, then a copy is spent

}  // namespace

void ReinjectionQueue::SkipAcknowledged(std::uint64_t una) {
  while (!queue_.empty()) {
    ReinjectRange& head = queue_.front();
    if (head.data_offset >= una) return;
    if (head.End() > una) {
      head.length = static_cast<std::uint32_t>(head.End() - una);
      head.data_offset = una;
      return;
    }
    queue_.pop_front();
  }
}

void ReinjectionQueue::Unpark() {
  for (; !parked_.empty(); parked_.pop_front()) queue_.push_back(parked_.front());
}

Duration SilenceLimit(const SilenceFacts& facts) {
  if (facts.smoothed_rtt.IsZero()) return facts.rto;
  const Duration spread = Longer(Longer(facts.rtt_variation * 4, facts.smoothed_rtt / 4), kLeastSpread);
  const Duration limit = facts.smoothed_rtt + spread + (facts.one_segment ? kDelayedAck : Duration::Zero());
  return Shorter(limit, facts.rto);
}

}  // namespace mptcpp::core
