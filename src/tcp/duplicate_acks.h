// SPDX-License-Identifier: Apache-2.0
// For peers without SACK: duplicate ACKs (RFC 5681 3.2, RFC 6582) say that some segment above the hole arrived, not which.
// Each stands for one full segment that left the network; the third says that the first one is lost. Owned by one Sender.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace mptcpp::tcp {

class DuplicateAcks {
 public:
  static constexpr std::uint32_t kDupThresh = 3;

  // One duplicate ACK, with `outstanding` bytes from the hole on. Returns what it delivered (RFC 9937 6.1).
  Bytes OnDuplicate(std::uint32_t mss, Bytes outstanding) {
    ++count_;
    const Bytes before = arrived_;
    arrived_ = Smaller(arrived_ + Bytes(mss), Larger(outstanding - Bytes(mss), Bytes()));
    return Larger(arrived_ - before, Bytes());
  }
  // SND.UNA advanced by `acked`: the hole, and what duplicates had announced above it. Returns what is newly delivered.
  Bytes OnAdvance(Bytes acked, std::uint32_t mss, bool all) {
    count_ = 0;
    const Bytes announced = Smaller(arrived_, Larger(acked - Bytes(mss), Bytes()));
    arrived_ = all ? Bytes() : arrived_ - announced;
    return acked - announced;
  }
  void Reset() { *this = DuplicateAcks(); }

  std::uint32_t count() const { return count_; }  // since SND.UNA moved last
  Bytes arrived() const { return arrived_; }      // above the hole, not in flight any more

 private:
  std::uint32_t count_ = 0;
  Bytes arrived_;
};

}  // namespace mptcpp::tcp
