// SPDX-License-Identifier: Apache-2.0
#include "sim/event_queue.h"

#include <algorithm>

#include "base/check.h"

namespace mptcpp::sim {
namespace {

// More wake-ups than this without time moving is a node that never gets done: better a failed check than a hang.
constexpr std::uint64_t kMostEventsPerInstant = 1'000'000;

constexpr auto kLater = [](const auto& a, const auto& b) {
  return a.at != b.at ? a.at > b.at : a.number > b.number;
};

}  // namespace

void EventQueue::Insert(Node& node, Instant at) {
  node.scheduled_ = at;
  heap_.push_back({at, inserted_++, &node});
  std::ranges::push_heap(heap_, kLater);
}

void EventQueue::RunNext() {
  std::ranges::pop_heap(heap_, kLater);
  const Entry entry = heap_.back();
  heap_.pop_back();
  Node& node = *entry.node;
  if (node.scheduled_ != entry.at) return;  // superseded by an earlier one, which has run
  node.scheduled_ = Instant::Infinite();
  events_at_now_ = entry.at == now_ ? events_at_now_ + 1 : 0;
  MPTCPP_CHECK(events_at_now_ < kMostEventsPerInstant);
  now_ = entry.at;
  ++events_run_;
  if (node.NextDeadline() <= now_) node.Run(now_);
  Update(node);
}

}  // namespace mptcpp::sim
