// SPDX-License-Identifier: Apache-2.0
// The map of what arrived: everything below the edge, and a few ranges beyond it. It says which parts of a segment are new,
// and what to report to the sender: SACK blocks with the most recent first (RFC 2018 4), before them a duplicate once
// (DSACK, RFC 2883). It keeps no bytes. Offsets count the payload bytes of the subflow, 64 bits, from 0.
// The number of ranges is bounded: what would need one more is refused, and the sender sends it again later.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/seq_num.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

struct StreamRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // exclusive
  friend constexpr bool operator==(StreamRange, StreamRange) = default;
};

class Reassembly {
 public:
  static constexpr std::size_t kMaxRanges = 512;

  struct Outcome {
    std::uint64_t fresh = 0;     // bytes that were new
    bool in_order = false;       // the edge moved and there was no hole before: the ordinary case
    bool duplicate = false;      // some of it was here already
    bool stopped = false;        // take() said false
  };

  std::uint64_t edge() const { return edge_; }
  bool HasHoles() const { return !ranges_.empty(); }
  std::size_t range_count() const { return ranges_.size(); }

  // All of the next `n` bytes arrived and there is no hole: what Add() would do, in one addition.
  void Advance(std::uint64_t n) { edge_ += n; }

  // [begin, end) arrived. Calls take(begin, end), which answers false to stop everything, for each part that is new.
  template <typename Take>
  Outcome Add(std::uint64_t begin, std::uint64_t end, Take&& take) {
    Outcome outcome;
    outcome.duplicate = NoteDuplicate(begin, end);
    const bool had_holes = HasHoles();
    std::uint64_t at = std::max(begin, edge_);
    std::size_t i = FirstEndingAfter(at);
    if (at >= end || Refuses(at, end, i)) return outcome;
    while (at < end) {
      const std::uint64_t stop = i < ranges_.size() ? std::min(end, ranges_[i].begin) : end;
      if (at < stop) {
        outcome.fresh += stop - at;
        if (!take(at, stop)) {
          outcome.stopped = true;
          return outcome;
        }
      }
      at = i < ranges_.size() ? std::max(stop, std::min(end, ranges_[i].end)) : stop;
      ++i;
    }
    Insert(std::max(begin, edge_), end);
    outcome.in_order = !had_holes && !HasHoles();
    return outcome;
  }

  // [begin, end) arrived: if some of it was here already, remembers that for the next ACK. Add() does it, too.
  bool NoteDuplicate(std::uint64_t begin, std::uint64_t end);

  // Blocks for the next ACK, at most out.size(); `first` is the sequence number of stream offset 0.
  std::size_t WriteBlocks(std::span<wire::SackBlock> out, SeqNum first) const;
  bool HasBlocks() const { return HasHoles() || duplicate_.has_value(); }
  // A duplicate is reported once (RFC 2883 4).
  void OnBlocksSent() { duplicate_.reset(); }

  const char* Inconsistency() const;

 private:
  std::size_t FirstEndingAfter(std::uint64_t offset) const;  // index of the first range with end > offset
  bool Refuses(std::uint64_t begin, std::uint64_t end, std::size_t i) const;
  void Insert(std::uint64_t begin, std::uint64_t end);
  void NoteRecent(StreamRange range);

  std::uint64_t edge_ = 0;
  std::vector<StreamRange> ranges_;  // sorted, disjoint, not touching, all beyond edge_; grows to its bound, never shrinks
  std::array<std::uint64_t, 4> recent_{};  // an offset inside each of the ranges that changed last, newest first
  std::uint8_t recent_count_ = 0;
  std::optional<StreamRange> duplicate_;
};

}  // namespace mptcpp::tcp
