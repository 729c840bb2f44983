// SPDX-License-Identifier: Apache-2.0
#include "wire/gso.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/endian.h"
#include "wire/checksum.h"
#include "wire/ip_header.h"
#include "wire/tcp_flags.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kSeqOffset = 4;
constexpr std::size_t kFlagsOffset = 13;
constexpr std::size_t kChecksumOffset = 16;

// The part of the payload that goes into one wire segment.
struct Piece {
  std::size_t begin;
  std::size_t length;
  bool is_first;
  bool is_last;
};

Piece PieceOf(const TxPacket& packet, std::size_t i) {
  const std::size_t count = SegmentCount(packet);
  MPTCPP_CHECK(i < count);
  const std::size_t begin = i * packet.segment_size;
  const bool is_last = i + 1 == count;
  return {.begin = begin, .length = is_last ? packet.payload_length - begin : packet.segment_size, .is_first = i == 0, .is_last = is_last};
}

// Copies payload bytes [begin, begin + length) across the slices, adding them up on the way.
void CopyPayload(const TxPacket& packet, std::size_t begin, std::size_t length, Checksum& sum, std::byte* to) {
  for (std::size_t i = 0; i < packet.slice_count && length > 0; ++i) {
    const std::span<const std::byte> slice = packet.slices[i];
    if (begin >= slice.size()) {
      begin -= slice.size();
      continue;
    }
    const std::size_t n = std::min(length, slice.size() - begin);
    sum.AddAndCopy(slice.subspan(begin, n), to);
    to += n;
    length -= n;
    begin = 0;
  }
  MPTCPP_DCHECK(length == 0);
}

}  // namespace

std::size_t SegmentCount(const TxPacket& packet) {
  if (packet.segment_size == 0 || packet.payload_length <= packet.segment_size) return 1;
  return (packet.payload_length + packet.segment_size - 1u) / packet.segment_size;
}

std::size_t EmitSegment(const TxPacket& packet, std::size_t i, std::span<std::byte> out) {
  const Piece piece = PieceOf(packet, i);
  const std::size_t total = packet.header_length + piece.length;
  MPTCPP_CHECK(total <= out.size());
  std::byte* p = out.data();
  std::memcpy(p, packet.header.data(), packet.header_length);
  Store32(p + kSeqOffset, Load32(p + kSeqOffset) + static_cast<std::uint32_t>(piece.begin));
  std::uint8_t flags = Load8(p + kFlagsOffset);
  if (!piece.is_last) flags &= static_cast<std::uint8_t>(~(kFlagPsh | kFlagFin));
  if (!piece.is_first) flags &= static_cast<std::uint8_t>(~kFlagCwr);
  Store8(p + kFlagsOffset, flags);
  Store16(p + kChecksumOffset, 0);

  Checksum sum = PseudoHeader(packet.source, packet.destination, kProtocolTcp, static_cast<std::uint32_t>(total));
  sum.Add(out.first(packet.header_length));
  CopyPayload(packet, piece.begin, piece.length, sum, p + packet.header_length);
  Store16(p + kChecksumOffset, sum.Finish());
  return total;
}

void SetPartialChecksum(TxPacket& packet) {
  const std::uint32_t length = packet.header_length + packet.payload_length;
  const Checksum sum = PseudoHeader(packet.source, packet.destination, kProtocolTcp, length);
  Store16(packet.header.data() + kChecksumOffset, sum.Folded());
}

}  // namespace mptcpp::wire
