// SPDX-License-Identifier: Apache-2.0
// One deadline per connection in one heap, moved lazily: a deadline that moves back stays where it is and is looked at again
// when it comes up (RTOs move back on nearly every ACK); only one that moves forward costs a sift.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace mptcpp::stack {

class DeadlineIndex {
 public:
  // The deadline of `id` is `at`; Infinite() is allowed.
  void Set(std::uint32_t id, Instant at);
  void Remove(std::uint32_t id);
  // Never later than the earliest deadline set; Infinite() when there is none.
  Instant Earliest() const { return heap_.empty() ? Instant::Infinite() : heap_.front().at; }
  // Takes one id whose noted instant is at or before `now` out of the index; UINT32_MAX when none is. The caller asks the
  // connection for its real deadline and sets it again if it lies ahead.
  std::uint32_t PopDue(Instant now);
  bool IsConsistent() const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    Instant at;
    std::uint32_t id;
  };

  void Place(std::size_t slot, Entry entry);
  void SiftUp(std::size_t slot);
  void SiftDown(std::size_t slot);
  void RemoveAt(std::size_t slot);

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> position_;  // by id, kNone when not in the heap
};

}  // namespace mptcpp::stack
