// SPDX-License-Identifier: Apache-2.0
// Events on their way to the application, oldest first. Connection-level kinds wait at most once per connection; subflow and
// address events are bounded in number: an application that never polls loses the newest, never memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/circular_buffer.hpp>

#include "mptcpp/event.h"

namespace mptcpp::stack {

// Kinds that are merged: one bit each in the connection's pending set.
constexpr bool IsMerged(EventKind kind) { return kind <= EventKind::kFallback; }
constexpr std::uint16_t BitOf(EventKind kind) { return static_cast<std::uint16_t>(1u << static_cast<unsigned>(kind)); }

class EventQueue {
 public:
  static constexpr std::size_t kMaxDetailEvents = 65536;

  void Push(const Event& event) {
    if (!IsMerged(event.kind) && events_.size() >= kMaxDetailEvents) return;
    if (events_.full()) events_.set_capacity(events_.capacity() < 64 ? 64 : events_.capacity() * 2);
    events_.push_back(event);
  }
  bool empty() const { return events_.empty(); }
  Event Pop() {
    const Event event = events_.front();
    events_.pop_front();
    return event;
  }

 private:
  boost::circular_buffer<Event> events_;
};

}  // namespace mptcpp::stack
