// SPDX-License-Identifier: Apache-2.0
#include "mptcp/mapping_in.h"

#include <algorithm>

#include "wire/checksum.h"

namespace mptcpp::core {
namespace {

bool SameShift(const IncomingMapping& a, const IncomingMapping& b) {
  return a.data_offset - a.stream_offset == b.data_offset - b.stream_offset;
}

// The sum of what the checksum covers besides the payload (RFC 8684 3.3.1, figure 10), the checksum itself included.
wire::Checksum BeginSum(const IncomingMapping& mapping) {
  wire::Checksum sum = wire::DssPseudoHeader(mapping.dsn, mapping.wire_subflow_seq, mapping.wire_length);
  sum.Add16(*mapping.checksum);
  return sum;
}

IncomingMapping Part(const IncomingMapping& whole, std::uint64_t start, std::uint64_t end) {
  IncomingMapping part = whole;
  part.stream_offset = start;
  part.data_offset = whole.data_offset + (start - whole.stream_offset);
  part.length = static_cast<std::uint32_t>(end - start);
  return part;
}

}  // namespace

std::size_t MappingIn::FirstEndingAfter(std::uint64_t stream_offset) const {
  std::size_t low = 0;
  std::size_t high = mappings_.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (mappings_[middle].End() <= stream_offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

IncomingMapping* MappingIn::Find(std::uint64_t stream_offset) {
  if (mappings_.empty()) return nullptr;
  IncomingMapping& newest = mappings_.back();  // nearly always the one
  if (stream_offset >= newest.stream_offset) return stream_offset < newest.End() ? &newest : nullptr;
  const std::size_t i = FirstEndingAfter(stream_offset);
  return i < mappings_.size() && mappings_[i].stream_offset <= stream_offset ? &mappings_[i] : nullptr;
}

std::optional<std::uint64_t> MappingIn::DataOffsetOf(std::uint64_t stream_offset) const {
  const std::size_t i = FirstEndingAfter(stream_offset);
  if (i == mappings_.size() || mappings_[i].stream_offset > stream_offset) return std::nullopt;
  return mappings_[i].data_offset + (stream_offset - mappings_[i].stream_offset);
}

std::uint64_t MappingIn::NextMappingStart(std::uint64_t stream_offset) const {
  const std::size_t i = FirstEndingAfter(stream_offset);
  return i < mappings_.size() ? mappings_[i].stream_offset : UINT64_MAX;
}

MapVerdict MappingIn::Add(const IncomingMapping& mapping, std::uint64_t in_order, MappedDataSink& sink) {
  any_ = true;
  Prune(in_order);
  if (infinite_ || failed_ || mapping.length == 0) return MapVerdict::kOk;
  // Of old bytes: news only if all of them are still waiting for it.
  if (mapping.End() <= in_order && unmapped_.PresentIn(mapping.stream_offset, mapping.End()) != mapping.length)
    return MapVerdict::kOk;
  if (mappings_.size() >= kMaxMappings) return MapVerdict::kConflict;
  if (mapping.stream_offset < in_order) {
    const std::uint64_t until = std::min(in_order, mapping.End());
    const bool held = unmapped_.PresentIn(mapping.stream_offset, until) == until - mapping.stream_offset;
    const IncomingMapping* known = Find(in_order);
    const bool repeats = known != nullptr && known->stream_offset == mapping.stream_offset;
    if (mapping.checksum && !held && !repeats) return MapVerdict::kConflict;
  }
  if (mappings_.empty() || mapping.stream_offset >= mappings_.back().End()) return Insert(mappings_.size(), mapping, sink);
  return Merge(mapping, sink);
}

// A mapping that touches what is known: a copy (segments split or duplicated on the path, retransmissions) is ignored, new
// parts are added, a contradiction is one (RFC 8684 3.3.1: a mapping must never change).
MapVerdict MappingIn::Merge(IncomingMapping mapping, MappedDataSink& sink) {
  std::uint64_t at = mapping.stream_offset;
  const std::uint64_t end = mapping.End();
  for (std::size_t i = FirstEndingAfter(at); at < end; ++i) {
    if (i == mappings_.size() || mappings_[i].stream_offset >= end) return Insert(i, Part(mapping, at, end), sink);
    const IncomingMapping& known = mappings_[i];
    if (!SameShift(known, mapping)) return MapVerdict::kConflict;
    if (known.stream_offset == mapping.stream_offset && known.length == mapping.length) return MapVerdict::kOk;
    if (known.checksum || mapping.checksum) return MapVerdict::kConflict;
    const std::uint64_t known_end = known.End();
    if (at < known.stream_offset) {
      if (const auto verdict = Insert(i, Part(mapping, at, known.stream_offset), sink); verdict != MapVerdict::kOk)
        return verdict;
      ++i;
    }
    at = known_end;
  }
  return MapVerdict::kOk;
}

MapVerdict MappingIn::Insert(std::size_t at, IncomingMapping mapping, MappedDataSink& sink) {
  mapping.received = 0;
  if (at == mappings_.size()) {
    mappings_.push_back(mapping);
  } else {
    mappings_.insert(at, mapping);
  }
  if (unmapped_.empty()) return MapVerdict::kOk;

  IncomingMapping& stored = mappings_[at];
  unmapped_.VisitPresent(stored.stream_offset, stored.End(), [&](std::uint64_t from, std::uint64_t to) {
    stored.received += static_cast<std::uint32_t>(to - from);
    if (stored.checksum) {
      staged_.Insert(from, to);
    } else {
      Deliver(from, to - from, stored.data_offset + (from - stored.stream_offset), sink);
    }
  });
  unmapped_.Remove(stored.stream_offset, stored.End());
  if (stored.checksum && stored.received == stored.length) return Verify(stored, sink);
  return MapVerdict::kOk;
}

MapVerdict MappingIn::OnPayload(std::uint64_t stream_offset, std::span<const std::byte> bytes, std::uint64_t in_order,
                                std::uint64_t hold_limit, MappedDataSink& sink) {
  MapVerdict verdict = MapVerdict::kOk;
  while (!bytes.empty() && (verdict == MapVerdict::kOk || verdict == MapVerdict::kBadChecksum)) {
    if (infinite_ && stream_offset >= infinite_stream_) {
      sink.OnMappedData(infinite_data_ + (stream_offset - infinite_stream_), bytes);
      return MapVerdict::kOk;
    }
    IncomingMapping* mapping = failed_ ? nullptr : Find(stream_offset);
    const std::uint64_t until = mapping != nullptr ? mapping->End() : NextMappingStart(stream_offset);
    const auto piece = bytes.first(std::min<std::uint64_t>(bytes.size(), failed_ ? UINT64_MAX : until - stream_offset));
    if (mapping != nullptr) {
      if (const auto taken = Take(*mapping, stream_offset, piece, sink); taken != MapVerdict::kOk) verdict = taken;
    } else {
      Hold(stream_offset, piece);
      unmapped_.Insert(stream_offset, stream_offset + piece.size());
      if (unmapped_.total() > hold_limit && verdict == MapVerdict::kOk) verdict = MapVerdict::kTooMuchUnmapped;
    }
    stream_offset += piece.size();
    bytes = bytes.subspan(piece.size());
  }
  if (holding_) ReleaseHeld(in_order);
  return verdict;
}

MapVerdict MappingIn::Take(IncomingMapping& mapping, std::uint64_t stream_offset, std::span<const std::byte> bytes,
                           MappedDataSink& sink) {
  mapping.received += static_cast<std::uint32_t>(bytes.size());
  if (!mapping.checksum) {
    sink.OnMappedData(mapping.data_offset + (stream_offset - mapping.stream_offset), bytes);
    return MapVerdict::kOk;
  }
  if (bytes.size() == mapping.length) {  // one segment carries exactly its mapping
    wire::Checksum sum = BeginSum(mapping);
    sum.Add(bytes);
    if (sum.IsIntact()) {
      sink.OnMappedData(mapping.data_offset, bytes);
      return MapVerdict::kOk;
    }
    Hold(stream_offset, bytes);
    return Fail(mapping);
  }
  Hold(stream_offset, bytes);
  staged_.Insert(stream_offset, stream_offset + bytes.size());
  return mapping.received == mapping.length ? Verify(mapping, sink) : MapVerdict::kOk;
}

MapVerdict MappingIn::Verify(const IncomingMapping& mapping, MappedDataSink& sink) {
  wire::Checksum sum = BeginSum(mapping);
  held_.VisitPieces(mapping.stream_offset, mapping.length, [&](std::span<const std::byte> piece) { sum.Add(piece); });
  if (!sum.IsIntact()) return Fail(mapping);
  staged_.Remove(mapping.stream_offset, mapping.End());
  Deliver(mapping.stream_offset, mapping.length, mapping.data_offset, sink);
  return MapVerdict::kOk;
}

// From the failed mapping on nothing counts as mapped: what is held, and what follows, waits for an infinite mapping.
MapVerdict MappingIn::Fail(const IncomingMapping& mapping) {
  failed_ = mapping;
  unmapped_.Insert(mapping.stream_offset, mapping.End());
  UnmapStaged();
  return MapVerdict::kBadChecksum;
}

void MappingIn::UnmapStaged() {
  staged_.VisitPresent(0, UINT64_MAX, [&](std::uint64_t from, std::uint64_t to) { unmapped_.Insert(from, to); });
  staged_.clear();
}

std::uint64_t MappingIn::HandedOn(std::uint64_t in_order) const {
  if (!unmapped_.empty()) in_order = std::min(in_order, unmapped_.front().start);
  if (!staged_.empty()) in_order = std::min(in_order, staged_.front().start);
  return in_order;
}

void MappingIn::SetInfinite(std::uint64_t stream_offset, std::uint64_t data_offset, MappedDataSink& sink) {
  if (infinite_) return;
  any_ = true;
  infinite_ = true;
  infinite_stream_ = stream_offset;
  infinite_data_ = data_offset;
  UnmapStaged();
  unmapped_.VisitPresent(stream_offset, UINT64_MAX, [&](std::uint64_t from, std::uint64_t to) {
    Deliver(from, to - from, data_offset + (from - stream_offset), sink);
  });
  unmapped_.Remove(stream_offset, UINT64_MAX);
}

void MappingIn::Hold(std::uint64_t stream_offset, std::span<const std::byte> bytes) {
  held_.Write(stream_offset, bytes);
  held_end_ = std::max(held_end_, stream_offset + bytes.size());
  holding_ = true;
}

void MappingIn::Deliver(std::uint64_t stream_offset, std::uint64_t length, std::uint64_t data_offset, MappedDataSink& sink) {
  held_.VisitPieces(stream_offset, length, [&](std::span<const std::byte> piece) {
    sink.OnMappedData(data_offset, piece);
    data_offset += piece.size();
  });
}

void MappingIn::Prune(std::uint64_t in_order) {
  while (!mappings_.empty() && mappings_.front().End() <= in_order) mappings_.pop_front();
  if (holding_) ReleaseHeld(in_order);
}

void MappingIn::ReleaseHeld(std::uint64_t in_order) {
  std::uint64_t edge = in_order;
  if (!mappings_.empty()) edge = std::min(edge, mappings_.front().stream_offset);
  edge = HandedOn(edge);
  if (edge >= held_end_) {
    held_.ReleaseAll(held_end_);
    holding_ = false;
  } else {
    held_.ReleaseBefore(edge);
  }
}

}  // namespace mptcpp::core
