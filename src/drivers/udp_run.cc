// SPDX-License-Identifier: Apache-2.0
#include "drivers/udp_run.h"

#include <algorithm>
#include <cstring>

#include "base/endian.h"
#include "wire/gso.h"
#include "wire/udp_encapsulation.h"

namespace mptcpp::drivers {
namespace {

// Places in an encapsulated header (wire/udp_encapsulation.h).
constexpr std::size_t kOffsetByte = 0;
constexpr std::size_t kFlagsByte = 1;
constexpr std::size_t kWindow = 2;
constexpr std::size_t kSeq = 4;
constexpr std::size_t kAck = 8;
// TCP flag bits in byte 13 of the TCP header.
constexpr std::uint8_t kFin = 0x01, kPsh = 0x08, kAckFlag = 0x10, kEce = 0x40;
constexpr std::size_t kTcpFlagsByte = 13;

std::size_t HeaderBytes(const std::byte* datagram) { return (Load8(datagram + kOffsetByte) >> 4) * 4u - 8u; }

// The segment that grows while its successors continue it.
struct Growing {
  const std::byte* header = nullptr;  // a copy of the encapsulated header of the first datagram
  std::size_t header_length = 0;
  std::byte* segment = nullptr;     // the rebuilt TCP header
  std::size_t segment_payload = 0;  // of the first datagram
  std::size_t payload = 0;
  std::uint8_t flags = 0;
  std::uint32_t next_seq = 0;
};

bool Continues(const Growing& first, const std::byte* datagram, std::size_t length) {
  if (first.header == nullptr || length < wire::kUdpEncapsulatedFixed) return false;
  const std::size_t header = HeaderBytes(datagram);
  if (header != first.header_length || length <= header) return false;
  const std::size_t payload = length - header;
  if (first.payload % first.segment_payload != 0 || payload > first.segment_payload) return false;  // a short one was the last
  if (first.payload + payload > kMaxSuperSegment) return false;
  const std::uint8_t flags = Load8(datagram + kFlagsByte);
  if ((first.flags & (kFin | kPsh)) != 0 || (first.flags & ~kEce & ~kAckFlag) != 0) return false;
  if ((flags & ~(kFin | kPsh)) != first.flags) return false;
  if (Load32(datagram + kSeq) != first.next_seq) return false;
  return Load8(datagram) == Load8(first.header) && std::memcmp(datagram + kWindow, first.header + kWindow, 2) == 0 &&
         std::memcmp(datagram + kAck, first.header + kAck, header - kAck) == 0;
}

}  // namespace

std::span<const std::byte> UdpRun::Datagram(std::size_t i) const {
  const std::size_t begin = i * datagram_size;
  return bytes().subspan(begin, std::min<std::size_t>(datagram_size, length - begin));
}

std::size_t StageRun(const TxPacket& packet, std::size_t first, UdpRun& run) {
  const std::size_t count = wire::SegmentCount(packet);
  const std::size_t largest =
      packet.header_length - kRunHeadroom + std::min<std::size_t>(packet.segment_size, packet.payload_length);
  run.source = {packet.source, Load16(packet.header.data())};
  run.destination = {packet.destination, Load16(packet.header.data() + 2)};
  run.ecn = packet.ecn;
  run.length = 0;
  run.datagrams = 0;
  std::size_t i = first;
  for (; i < count && run.datagrams < kMaxRunDatagrams; ++i) {
    const bool whole_packet = count == 1;
    if (!whole_packet && run.length + largest > kMaxRunBytes) break;
    // The TCP segment starts 8 bytes early, on the tail of the datagram before, which is put back after the header shrank.
    std::byte* const segment = run.buffer.data() + run.length;
    std::array<std::byte, kRunHeadroom> tail;
    std::memcpy(tail.data(), segment, tail.size());
    const std::size_t length = wire::EmitSegment(packet, i, std::span(run.buffer).subspan(run.length));
    std::array<std::byte, kMaxTcpHeader> header;
    std::memcpy(header.data(), segment, packet.header_length);
    const std::size_t written = wire::EncapsulateHeader(std::span(header).first(packet.header_length),
                                                        std::span(run.buffer).subspan(run.length + kRunHeadroom));
    std::memcpy(segment, tail.data(), tail.size());
    if (written == 0) return first;
    const std::size_t datagram = length - kRunHeadroom;
    if (run.datagrams == 0) run.datagram_size = static_cast<std::uint16_t>(datagram);
    run.length += static_cast<std::uint32_t>(datagram);
    ++run.datagrams;
  }
  return i;
}

std::size_t UnpackRun(const ReceivedRun& run, std::span<RxPacket> out, std::uint64_t& ignored) {
  const std::size_t size = run.datagram_size == 0 ? run.length : run.datagram_size;
  const std::size_t count = size == 0 ? 0 : std::min((run.length + size - 1) / size, std::min(kMaxGroDatagrams, out.size()));
  std::array<std::byte, kMaxTcpHeader> header;  // what `growing.header` points to
  Growing growing;
  std::size_t produced = 0;
  // Every datagram grows by 8 bytes, so the output starts that much earlier and never overtakes the input.
  std::byte* to = run.datagrams - 8 * count;
  for (std::size_t i = 0; i < count; ++i) {
    std::byte* const from = run.datagrams + i * size;
    const std::size_t length = std::min(size, run.length - i * size);
    if (Continues(growing, from, length)) {
      const std::size_t payload = length - growing.header_length;
      const std::uint8_t flags = Load8(from + kFlagsByte);
      std::memmove(to, from + growing.header_length, payload);
      to += payload;
      growing.payload += payload;
      growing.next_seq += static_cast<std::uint32_t>(payload);
      growing.flags = flags;
      Store8(growing.segment + kTcpFlagsByte, flags);
      RxPacket& packet = out[produced - 1];
      packet.segment = {packet.segment.data(), packet.segment.size() + payload};
      packet.gso_size = static_cast<std::uint16_t>(growing.segment_payload);
      continue;
    }
    growing.header = nullptr;
    const std::size_t kept = std::min(length, header.size());
    std::memcpy(header.data(), from, kept);
    std::memmove(to + 8, from, length);
    const auto segment = wire::DecapsulateInPlace(to, length, run.source.port, run.destination.port);
    if (!segment) {
      ++ignored;
      continue;
    }
    RxPacket& packet = out[produced++];
    packet = {.source = run.source.address,
              .destination = run.destination.address,
              .segment = {to, *segment},
              .arrival = run.arrival,
              .gso_size = 0,
              .checksum_verified = true,
              .ecn = run.ecn};
    const std::size_t header_length = HeaderBytes(header.data());
    if (length > header_length) {
      growing = {.header = header.data(),
                 .header_length = header_length,
                 .segment = to,
                 .segment_payload = length - header_length,
                 .payload = length - header_length,
                 .flags = Load8(header.data() + kFlagsByte),
                 .next_seq = Load32(header.data() + kSeq) + static_cast<std::uint32_t>(length - header_length)};
    }
    to += *segment;
  }
  return produced;
}

}  // namespace mptcpp::drivers
