// SPDX-License-Identifier: Apache-2.0
// What boxes remember of a flow's two directions.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/seq_num.h"
#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

// One value per direction.
template <typename T>
class PerDirection {
 public:
  T& operator[](Direction direction) { return values_[static_cast<std::size_t>(direction)]; }
  const T& operator[](Direction direction) const { return values_[static_cast<std::size_t>(direction)]; }

 private:
  std::array<T, 2> values_{};
};

// How far the sequence space of one direction has been seen without a gap.
class SeenSpace {
 public:
  // Nothing before the first segment: a flow may have begun elsewhere.
  bool has_begun() const { return next_.has_value(); }
  SeqNum next() const { return *next_; }
  bool HasHoleBefore(const SegmentEdit& segment) const {
    return next_ && !segment.Has(wire::kFlagSyn) && segment.seq().After(*next_);
  }
  void Add(const SegmentEdit& segment) {
    if (segment.Has(wire::kFlagRst)) return;
    if (!next_ || segment.Has(wire::kFlagSyn)) {
      next_ = segment.End();
    } else if (!segment.seq().After(*next_)) {
      next_ = Later(*next_, segment.End());
    }
  }

 private:
  std::optional<SeqNum> next_;
};

}  // namespace mptcpp::sim
