// SPDX-License-Identifier: Apache-2.0
#include "trace/mapping_check.h"

#include <algorithm>

#include "wire/checksum.h"

namespace mptcpp::trace {
namespace {

// Mappings whose bytes never pass completely (lost from the capture) must not pile up.
constexpr std::size_t kMostPending = 64;

}  // namespace

void MappingCheck::Add(const Mapping& mapping) {
  const auto same = [&](const Pending& p) {
    return p.mapping.start == mapping.start && p.mapping.dsn == mapping.dsn && p.mapping.length == mapping.length &&
           p.mapping.checksum == mapping.checksum;
  };
  if (std::any_of(pending_.begin(), pending_.end(), same)) return;
  if (pending_.size() == kMostPending) pending_.erase(pending_.begin());
  pending_.push_back({.mapping = mapping, .ranges = {}});
}

// A part at an odd offset is summed behind one zero byte, which is what its place in the whole means for 16-bit words.
void MappingCheck::AddSum(Pending& pending, std::uint32_t begin, std::span<const std::byte> bytes) {
  constexpr std::byte kZero[1] = {};
  wire::Checksum part;
  if (begin % 2 == 1) part.Add(kZero);
  part.Add(bytes);
  pending.sum += part.Folded();
}

void MappingCheck::Cover(Pending& pending, std::uint32_t begin, std::span<const std::byte> bytes) {
  std::uint32_t at = begin;
  const auto end = begin + static_cast<std::uint32_t>(bytes.size());
  std::vector<Range> added;
  const auto take = [&](std::uint32_t stop) {
    if (stop <= at) return;
    AddSum(pending, at, bytes.subspan(at - begin, stop - at));
    pending.covered += stop - at;
    added.push_back({at, stop});
  };
  for (const Range& range : pending.ranges) {
    if (range.end <= at) continue;
    if (range.begin >= end) break;
    take(range.begin);
    at = range.end;
  }
  take(end);
  pending.ranges.insert(pending.ranges.end(), added.begin(), added.end());
  std::sort(pending.ranges.begin(), pending.ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
}

Verdict MappingCheck::Judge(const Pending& pending) {
  const Mapping& mapping = pending.mapping;
  wire::Checksum sum = wire::DssPseudoHeader(mapping.dsn, mapping.subflow_seq, mapping.length);
  sum.Add64(pending.sum);
  return sum.Finish() == mapping.checksum ? Verdict::kRight : Verdict::kWrong;
}

void MappingCheck::Pass(SeqNum seq, std::span<const std::byte> payload, std::vector<Result>& results) {
  std::erase_if(pending_, [&](Pending& pending) {
    const Mapping& mapping = pending.mapping;
    // Offsets of the payload in the mapping, as signed numbers: it may begin before.
    const std::int64_t first = static_cast<std::int32_t>(seq.DistanceFrom(mapping.start));
    const std::int64_t begin = std::max<std::int64_t>(first, 0);
    const std::int64_t end = std::min<std::int64_t>(first + static_cast<std::int64_t>(payload.size()), mapping.payload);
    if (begin < end) {
      Cover(pending, static_cast<std::uint32_t>(begin),
            payload.subspan(static_cast<std::size_t>(begin - first), static_cast<std::size_t>(end - begin)));
    }
    if (pending.covered < mapping.payload) return false;
    results.push_back({mapping.segment, Judge(pending)});
    return true;
  });
}

}  // namespace mptcpp::trace
