// SPDX-License-Identifier: Apache-2.0
// A receiver reduced to what a sender can see of it: the set of bytes that arrived, and the SACK blocks it would report.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/seq_num.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

constexpr SeqNum kReceiverIss(0xfffff000u);

// What has arrived, as [left, right) in bytes after the SYN; SACK blocks newest first, DSACK when something comes twice.
class ByteSet {
 public:
  void Arrive(std::uint64_t left, std::uint64_t right) {
    duplicate_.reset();
    if (right <= next_) {
      duplicate_ = {left, right};
      return;
    }
    auto it = held_.upper_bound(left);
    if (it != held_.begin() && std::prev(it)->second >= right) {
      duplicate_ = {left, right};
      newest_ = *std::prev(it);
      return;
    }
    std::uint64_t from = std::max(left, next_), to = right;
    for (it = held_.begin(); it != held_.end();) {
      if (it->second < from || it->first > to) {
        ++it;
        continue;
      }
      from = std::min(from, it->first);
      to = std::max(to, it->second);
      it = held_.erase(it);
    }
    held_[from] = to;
    newest_ = {from, to};
    while (!held_.empty() && held_.begin()->first <= next_) {
      next_ = std::max(next_, held_.begin()->second);
      held_.erase(held_.begin());
    }
  }
  std::uint64_t next() const { return next_; }
  std::vector<wire::SackBlock> Blocks(std::size_t pick) const {
    std::vector<wire::SackBlock> blocks;
    const auto add = [&](std::pair<std::uint64_t, std::uint64_t> b) {
      if (blocks.size() < 4) blocks.push_back({Seq(b.first), Seq(b.second)});
    };
    if (duplicate_) add(*duplicate_);
    const bool has_newest = newest_ && held_.contains(newest_->first);
    if (has_newest) add(*newest_);
    // Some others, each once, beginning at a place that the caller draws.
    auto it =
        held_.empty() ? held_.end() : std::next(held_.begin(), static_cast<long>(pick % std::min<std::size_t>(held_.size(), 8)));
    for (int i = 0; i < 3 && it != held_.end(); ++i, ++it) {
      if (!has_newest || it->first != newest_->first) add(*it);
    }
    return blocks;
  }
  // Throws away what is out of order (RFC 2018 8 allows it).
  void Renege() {
    held_.clear();
    newest_.reset();
  }
  static SeqNum Seq(std::uint64_t byte) { return kReceiverIss + 1 + static_cast<std::uint32_t>(byte); }

 private:
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::uint64_t> held_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> newest_, duplicate_;
};

}  // namespace mptcpp::tcp
