// SPDX-License-Identifier: Apache-2.0
#include "tcp/reassembly.h"

namespace mptcpp::tcp {

std::size_t Reassembly::FirstEndingAfter(std::uint64_t offset) const {
  // Loss comes in order: what arrives is mostly beyond everything known.
  if (ranges_.empty() || ranges_.back().end <= offset) return ranges_.size();
  const auto it = std::upper_bound(ranges_.begin(), ranges_.end(), offset,
                                   [](std::uint64_t value, const StreamRange& range) { return value < range.end; });
  return static_cast<std::size_t>(it - ranges_.begin());
}

// Only a stretch that touches neither the edge nor a range needs a new entry.
bool Reassembly::Refuses(std::uint64_t begin, std::uint64_t end, std::size_t i) const {
  if (ranges_.size() < kMaxRanges || begin == edge_) return false;
  const bool touches_next = i < ranges_.size() && ranges_[i].begin <= end;
  const bool touches_previous = i > 0 && ranges_[i - 1].end == begin;
  return !touches_next && !touches_previous;
}

bool Reassembly::NoteDuplicate(std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return false;
  if (begin < edge_) {
    duplicate_ = {.begin = begin, .end = std::min(end, edge_)};
    return true;
  }
  const std::size_t i = FirstEndingAfter(begin);
  if (i == ranges_.size() || ranges_[i].begin >= end) return false;
  duplicate_ = {.begin = std::max(begin, ranges_[i].begin), .end = std::min(end, ranges_[i].end)};
  // RFC 2883 4 (2): the block that contains the duplicate follows it.
  NoteRecent(ranges_[i]);
  return true;
}

void Reassembly::Insert(std::uint64_t begin, std::uint64_t end) {
  // The first range that this one touches or that lies beyond it.
  std::size_t first = FirstEndingAfter(begin);
  if (first > 0 && ranges_[first - 1].end == begin) --first;
  std::size_t last = first;
  StreamRange merged{begin, end};
  for (; last < ranges_.size() && ranges_[last].begin <= end; ++last) {
    merged.begin = std::min(merged.begin, ranges_[last].begin);
    merged.end = std::max(merged.end, ranges_[last].end);
  }
  const auto at = ranges_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto rest = ranges_.begin() + static_cast<std::ptrdiff_t>(last);
  if (merged.begin == edge_) {
    edge_ = merged.end;
    ranges_.erase(at, rest);
    return;
  }
  if (at == rest) {
    ranges_.insert(at, merged);
  } else {
    *at = merged;
    ranges_.erase(at + 1, rest);
  }
  NoteRecent(merged);
}

void Reassembly::NoteRecent(StreamRange range) {
  const auto newest = recent_.begin();
  const auto stale = [range, this](std::uint64_t offset) {
    return offset < edge_ || (range.begin <= offset && offset < range.end);
  };
  const auto kept = std::remove_if(newest, newest + recent_count_, stale);
  const auto count = std::min<std::ptrdiff_t>(kept - newest, static_cast<std::ptrdiff_t>(recent_.size()) - 1);
  std::move_backward(newest, newest + count, newest + count + 1);
  recent_[0] = range.begin;
  recent_count_ = static_cast<std::uint8_t>(count + 1);
}

std::size_t Reassembly::WriteBlocks(std::span<wire::SackBlock> out, SeqNum first) const {
  std::size_t count = 0;
  const auto write = [&](StreamRange range) {
    out[count++] = {.left = first + static_cast<std::uint32_t>(range.begin),
                    .right = first + static_cast<std::uint32_t>(range.end)};
  };
  if (duplicate_ && !out.empty()) write(*duplicate_);
  for (std::size_t k = 0; k < recent_count_ && count < out.size(); ++k) {
    const std::size_t i = FirstEndingAfter(recent_[k]);
    if (i < ranges_.size() && ranges_[i].begin <= recent_[k]) write(ranges_[i]);
  }
  return count;
}

const char* Reassembly::Inconsistency() const {
  std::uint64_t before = edge_;
  for (const StreamRange& range : ranges_) {
    if (range.begin <= before) return "received ranges touch, overlap or lie below the edge";
    if (range.end <= range.begin) return "a received range is empty";
    before = range.end;
  }
  return ranges_.size() > kMaxRanges ? "too many received ranges" : nullptr;
}

}  // namespace mptcpp::tcp
