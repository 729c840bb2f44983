// SPDX-License-Identifier: Apache-2.0
// The four ways to keep segments that arrive out of order which were compared when Multipath TCP came into a kernel (Raiciu et
// al., NSDI 2012, section 4.3), beside what this stack does. A segment is a number here, the next one in order is its number
// plus one; nothing is copied, so that only finding the place is measured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "mptcp/range_set.h"

namespace mptcpp::laboratory {

struct Arrival {
  std::uint32_t segment = 0;
  std::uint8_t subflow = 0;
};

// Index-linked, so that every kind pays the same for memory: nothing.
class SegmentList {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  explicit SegmentList(std::size_t segments) : next_(segments + 1, kNone), previous_(segments + 1, kNone), head_(static_cast<std::uint32_t>(segments)) {
    next_[head_] = previous_[head_] = head_;
  }
  bool Holds(std::uint32_t segment) const { return next_[segment] != kNone; }
  std::uint32_t head() const { return head_; }
  std::uint32_t first() const { return next_[head_]; }
  std::uint32_t last() const { return previous_[head_]; }
  std::uint32_t Before(std::uint32_t segment) const { return previous_[segment]; }
  std::uint32_t After(std::uint32_t segment) const { return next_[segment]; }
  void InsertAfter(std::uint32_t place, std::uint32_t segment);
  void Remove(std::uint32_t segment);

 private:
  std::vector<std::uint32_t> next_, previous_;
  std::uint32_t head_;
};

struct QueueWork {
  std::uint64_t inserted = 0;  // out of order
  std::uint64_t hits = 0;      // the hint was the place
  std::uint64_t steps = 0;     // segments, batches or ranges that were passed by
};

// From the end backwards, as TCP does with its one path.
QueueWork PlayList(const std::vector<Arrival>& arrivals);
// A balanced tree.
QueueWork PlayTree(const std::vector<Arrival>& arrivals);
// Each subflow remembers where its last segment went ("Shortcuts"); else the list.
QueueWork PlayHint(const std::vector<Arrival>& arrivals);
// The same, and what is searched otherwise are runs of consecutive segments ("AllShortcuts").
QueueWork PlayBatches(const std::vector<Arrival>& arrivals);
// This stack: a sorted vector of disjoint ranges, binary search (mptcp/range_set.h).
QueueWork PlayRanges(const std::vector<Arrival>& arrivals);

}  // namespace mptcpp::laboratory
