// SPDX-License-Identifier: Apache-2.0
#include "tcp/scoreboard.h"

#include <algorithm>

namespace mptcpp::tcp {
namespace {

// Does the block tell something that a receiver of our data can say?
bool IsPlausible(wire::SackBlock block, const SentRecords& records) {
  return block.left.Before(block.right) && block.right.AtOrBefore(records.nxt());
}

// RFC 2883 4: the first block repeats data below the cumulative ACK, or inside the second block.
bool IsDsack(std::span<const wire::SackBlock> blocks, SeqNum una) {
  if (blocks[0].right.AtOrBefore(una)) return true;
  return blocks.size() > 1 && blocks[1].left.AtOrBefore(blocks[0].left) && blocks[0].right.AtOrBefore(blocks[1].right);
}

// A peer that SACKs byte by byte must not make a record of every byte.
bool MayCut(const SentRecords& records) {
  return static_cast<std::int64_t>(records.size()) < 64 + (records.outstanding().count() >> 7);
}

// Marks the front of record i, up to `right`, as SACKed. Returns the index of the record that follows what was marked.
std::size_t MarkFront(std::size_t i, SeqNum right, SentRecords& records, AckTally& tally) {
  const SentRecord& record = records[i];
  const std::uint32_t n = std::min(record.length, right.DistanceFrom(record.seq));
  const bool whole = n == record.length;
  if (record.sacked || (!whole && !MayCut(records))) return i + 1;
  tally.OnSacked(record, n);
  // The block of the last ACK grew by some segments: move the boundary instead of making a record per ACK.
  if (!whole && records.SackIntoPrevious(i, n)) return i;
  if (!whole) records.Split(i, n);
  records.MarkSacked(i);
  return i + 1;
}

// Marks a stretch, una <= left < right <= nxt.
void Mark(SeqNum left, SeqNum right, SentRecords& records, AckTally& tally) {
  std::size_t i = records.Find(left);
  if (records[i].seq.Before(left)) {
    if (!records[i].sacked && MayCut(records)) records.Split(i, left.DistanceFrom(records[i].seq));
    ++i;
  }
  while (i < records.size() && records[i].seq.Before(right)) {
    const std::size_t next = MarkFront(i, right, records, tally);
    if (next == i) break;
    i = next;
  }
}

}  // namespace

void Scoreboard::MarkNews(wire::SackBlock block, SentRecords& records, AckTally& tally) const {
  SeqNum left = Later(block.left, records.una());
  while (left.Before(block.right)) {
    SeqNum right = block.right;
    bool known = false;
    for (std::size_t k = 0; k < known_count_ && !known; ++k) {
      const wire::SackBlock& old = known_[k];
      known = old.left.AtOrBefore(left) && left.Before(old.right);
      if (known)
        left = old.right;
      else if (left.Before(old.left))
        right = Earlier(right, old.left);
    }
    if (known) continue;
    Mark(left, right, records, tally);
    left = right;
  }
}

std::optional<wire::SackBlock> Scoreboard::Apply(std::span<const wire::SackBlock> blocks, SentRecords& records, AckTally& tally) {
  if (blocks.empty()) return std::nullopt;
  std::optional<wire::SackBlock> dsack;
  if (IsDsack(blocks, records.una())) {
    if (IsPlausible(blocks[0], records)) dsack = blocks[0];
    blocks = blocks.subspan(1);
  }
  std::array<wire::SackBlock, 4> seen{};
  std::size_t count = 0;
  for (const wire::SackBlock& block : blocks.first(std::min(blocks.size(), seen.size()))) {
    if (!IsPlausible(block, records) || block.right.AtOrBefore(records.una())) continue;
    MarkNews(block, records, tally);
    seen[count++] = block;
  }
  known_ = seen;
  known_count_ = count;
  return dsack;
}

}  // namespace mptcpp::tcp
