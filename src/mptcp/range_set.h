// SPDX-License-Identifier: Apache-2.0
// A set of stretches of a 64-bit stream: sorted, disjoint, never touching. Says of each new stretch which parts were missing,
// so that the first copy of a byte is the one that is kept (RFC 8684 3.3.1).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mptcpp::core {

struct Range {
  std::uint64_t start = 0;
  std::uint64_t end = 0;  // exclusive
  friend constexpr bool operator==(Range, Range) = default;
};

class RangeSet {
 public:
  bool empty() const { return ranges_.empty(); }
  std::size_t size() const { return ranges_.size(); }
  const Range& front() const { return ranges_.front(); }
  const Range& back() const { return ranges_.back(); }
  std::uint64_t total() const { return total_; }

  // Adds [start, end) and calls missing(start, end) for every part that was not in the set. Returns the sum of those parts.
  template <typename Missing>
  std::uint64_t Insert(std::uint64_t start, std::uint64_t end, Missing&& missing) {
    if (start >= end) return 0;
    if (ranges_.empty() || start > ranges_.back().end) {  // the usual place
      ranges_.push_back({start, end});
      missing(start, end);
      total_ += end - start;
      return end - start;
    }
    auto first =
        std::lower_bound(ranges_.begin(), ranges_.end(), start, [](const Range& r, std::uint64_t s) { return r.end < s; });
    std::uint64_t fresh = 0;
    std::uint64_t at = start;
    Range merged{start, end};
    auto last = first;
    for (; last != ranges_.end() && last->start <= end; ++last) {
      if (at < last->start) {
        missing(at, last->start);
        fresh += last->start - at;
      }
      at = std::max(at, last->end);
      merged.start = std::min(merged.start, last->start);
      merged.end = std::max(merged.end, last->end);
    }
    if (at < end) {
      missing(at, end);
      fresh += end - at;
    }
    Replace(first, last, merged);
    total_ += fresh;
    return fresh;
  }
  std::uint64_t Insert(std::uint64_t start, std::uint64_t end) {
    return Insert(start, end, [](std::uint64_t, std::uint64_t) {});
  }

  void RemoveFront() {
    total_ -= ranges_.front().end - ranges_.front().start;
    ranges_.erase(ranges_.begin());
  }

  void Remove(std::uint64_t start, std::uint64_t end) {
    for (std::size_t i = 0; i < ranges_.size() && ranges_[i].start < end;) {
      const Range old = ranges_[i];
      if (old.end <= start) {
        ++i;
        continue;
      }
      total_ -= std::min(old.end, end) - std::max(old.start, start);
      ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(i));
      if (old.start < start) ranges_.insert(ranges_.begin() + static_cast<std::ptrdiff_t>(i++), {old.start, start});
      if (old.end > end) ranges_.insert(ranges_.begin() + static_cast<std::ptrdiff_t>(i++), {end, old.end});
    }
  }

  // Calls visit(start, end) for every part of [start, end) that is in the set, in order.
  template <typename Visit>
  void VisitPresent(std::uint64_t start, std::uint64_t end, Visit&& visit) const {
    auto it = std::lower_bound(ranges_.begin(), ranges_.end(), start, [](const Range& r, std::uint64_t s) { return r.end <= s; });
    for (; it != ranges_.end() && it->start < end; ++it) visit(std::max(it->start, start), std::min(it->end, end));
  }
  std::uint64_t PresentIn(std::uint64_t start, std::uint64_t end) const {
    std::uint64_t sum = 0;
    VisitPresent(start, end, [&](std::uint64_t s, std::uint64_t e) { sum += e - s; });
    return sum;
  }
  void clear() {
    ranges_.clear();
    total_ = 0;
  }

 private:
  using Iterator = std::vector<Range>::iterator;
  void Replace(Iterator first, Iterator last, Range merged) {
    if (first == last) {
      ranges_.insert(first, merged);
      return;
    }
    *first = merged;
    ranges_.erase(first + 1, last);
  }

  std::vector<Range> ranges_;
  std::uint64_t total_ = 0;
};

}  // namespace mptcpp::core
