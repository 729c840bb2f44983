// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_segment.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "wire/checksum.h"
#include "wire/gso.h"
#include "wire/ip_header.h"

namespace mptcpp::sim {

bool IsIntactSegment(const Packet& packet) {
  RxPacket received;
  received.source = packet.source;
  received.destination = packet.destination;
  received.segment = packet.segment();
  wire::SegmentView view;
  return wire::ParseSegment(received, view) == wire::ParseResult::kOk;
}

bool OptionList::Add(std::span<const std::byte> option) {
  if (option.size() > bytes_.size() - length_) return false;
  std::ranges::copy(option, bytes_.begin() + static_cast<std::ptrdiff_t>(length_));
  length_ += option.size();
  return true;
}

std::uint32_t SegmentEdit::SequenceLength() const {
  return static_cast<std::uint32_t>(payload().size()) + (Has(wire::kFlagSyn) ? 1u : 0u) + (Has(wire::kFlagFin) ? 1u : 0u);
}

std::span<std::byte> SegmentEdit::Find(std::uint8_t kind) const {
  std::span<std::byte> found;
  ForEachOption(options(), [&](std::span<std::byte> option) {
    if (found.empty() && KindOf(option) == kind) found = option;
  });
  return found;
}

bool SegmentEdit::HasMptcp(wire::MptcpSubtype subtype) const {
  bool found = false;
  ForEachOption(options(), [&](std::span<const std::byte> option) { found |= IsMptcp(option, subtype); });
  return found;
}

// Buffers come in two sizes and return to the pool by their size, so a longer one is a matter of the pool's two sizes too.
void SegmentEdit::EnsureRoom(std::size_t length) {
  if (packet_.buffer.size() >= length) return;
  PacketPtr larger = packet_.pool->Take(length);
  std::ranges::copy(packet_.segment(), larger->buffer.begin());
  packet_.buffer.swap(larger->buffer);  // the pool files both by the size of what they hold
}

void SegmentEdit::SetOptions(std::span<const std::byte> options) {
  MPTCPP_CHECK(options.size() <= wire::kMaxOptionBytes);
  std::array<std::byte, wire::kMaxOptionBytes> copy;  // `options` may lie in this packet
  std::ranges::copy(options, copy.begin());
  const std::size_t padded = (options.size() + 3) / 4 * 4;
  std::fill(copy.begin() + static_cast<std::ptrdiff_t>(options.size()), copy.begin() + static_cast<std::ptrdiff_t>(padded),
            static_cast<std::byte>(wire::kKindNop));
  const std::size_t old_header = header_length(), new_header = wire::kTcpHeader + padded;
  const std::size_t payload_length = payload().size();
  EnsureRoom(new_header + payload_length);
  std::memmove(at(new_header), at(old_header), payload_length);
  std::memcpy(at(wire::kTcpHeader), copy.data(), padded);
  Store8(at(12), static_cast<std::uint8_t>(new_header / 4 * 16 + (Load8(at(12)) & 0x0fu)));
  packet_.length = new_header + payload_length;
}

void SegmentEdit::SetPayload(std::span<const std::byte> payload) {
  const std::size_t header = header_length();
  EnsureRoom(header + payload.size());
  if (!payload.empty()) std::memmove(at(header), payload.data(), payload.size());
  packet_.length = header + payload.size();
}

void SegmentEdit::Seal() {
  Store16(at(16), 0);
  wire::Checksum sum =
      wire::PseudoHeader(packet_.source, packet_.destination, wire::kProtocolTcp, static_cast<std::uint32_t>(packet_.length));
  sum.Add(packet_.segment());
  Store16(at(16), sum.Finish());
}

FourTuple FlowOf(const Packet& packet, Direction direction) {
  const std::byte* p = packet.buffer.data();
  const SocketAddress source{packet.source, Load16(p)}, destination{packet.destination, Load16(p + 2)};
  return direction == Direction::kThere ? FourTuple{source, destination} : FourTuple{destination, source};
}

PacketPtr MakeSegment(PacketPool& pool, const IpAddress& source, const IpAddress& destination, const wire::HeaderFields& fields,
                      std::span<const std::byte> options, std::span<const std::byte> payload) {
  TxPacket packet;
  packet.source = source;
  packet.destination = destination;
  wire::WriteHeader(fields, options, packet);
  if (!payload.empty()) packet.AddSlice(payload);
  packet.segment_size = static_cast<std::uint16_t>(payload.size());
  PacketPtr made = pool.Take(packet.header_length + payload.size());
  made->source = source;
  made->destination = destination;
  made->length = wire::EmitSegment(packet, 0, made->buffer);
  return made;
}

}  // namespace mptcpp::sim
