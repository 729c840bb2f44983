// SPDX-License-Identifier: Apache-2.0
// Fixed-size blocks of payload memory, recycled. Slabs hold what the application wrote or will read; one pool per endpoint.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/units.h"

namespace mptcpp {

inline constexpr std::size_t kSlabSize = 64 * 1024;

struct Slab {
  std::byte bytes[kSlabSize];
};

class SlabPool {
 public:
  // Keeps at most `keep` bytes of free slabs; more are returned to the allocator.
  explicit SlabPool(Bytes keep) : keep_(static_cast<std::size_t>(keep.count()) / kSlabSize) { free_.reserve(keep_); }

  std::unique_ptr<Slab> Take() {
    if (free_.empty()) return std::unique_ptr<Slab>(new Slab);
    auto slab = std::move(free_.back());
    free_.pop_back();
    return slab;
  }
  void Return(std::unique_ptr<Slab> slab) {
    if (free_.size() < keep_) free_.push_back(std::move(slab));
  }
  std::size_t free_count() const { return free_.size(); }

 private:
  std::size_t keep_;
  std::vector<std::unique_ptr<Slab>> free_;
};

}  // namespace mptcpp
