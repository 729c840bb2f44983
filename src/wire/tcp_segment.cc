// SPDX-License-Identifier: Apache-2.0
#include "wire/tcp_segment.h"

#include <cstring>

#include "base/check.h"
#include "base/endian.h"
#include "wire/checksum.h"
#include "wire/ip_header.h"
#include "wire/tcp_flags.h"
#include "wire/tcp_options.h"

namespace mptcpp::wire {
namespace {

bool ChecksumIntact(const RxPacket& packet) {
  Checksum sum = PseudoHeader(packet.source, packet.destination, kProtocolTcp, static_cast<std::uint32_t>(packet.segment.size()));
  sum.Add(packet.segment);
  return sum.IsIntact();
}

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-------------------------------+-------------------------------+
//  |          Source Port          |       Destination Port        |
//  +-------------------------------+-------------------------------+
//  |                        Sequence Number                        |
//  +---------------------------------------------------------------+
//  |                    Acknowledgment Number                      |
//  +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
//  |  Data |       |C|E|U|A|P|R|S|F|                               |
//  | Offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
//  |       |       |R|E|G|K|H|T|N|N|                               |
//  +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
//  |           Checksum            |         Urgent Pointer        |
//  +-------------------------------+-------------------------------+
//  |                           [Options]                           |
//  +---------------------------------------------------------------+   (RFC 9293 3.1)
ParseResult ParseSegment(const RxPacket& packet, SegmentView& out) {
  const std::span<const std::byte> segment = packet.segment;
  if (segment.size() < kTcpHeader) return ParseResult::kTooShort;
  const std::byte* p = segment.data();
  const std::size_t header_length = std::size_t{Load8(p + 12)} / 16 * 4;
  if (header_length < kTcpHeader) return ParseResult::kBadOffset;
  if (header_length > segment.size()) return ParseResult::kTooShort;
  if (!packet.checksum_verified && !ChecksumIntact(packet)) return ParseResult::kBadChecksum;

  out.source = {packet.source, Load16(p)};
  out.destination = {packet.destination, Load16(p + 2)};
  out.seq = SeqNum(Load32(p + 4));
  out.ack = SeqNum(Load32(p + 8));
  out.flags = DecodeTcpFlags(Load8(p + 13));
  out.window = Load16(p + 14);
  out.urgent = Load16(p + 18);
  WalkOptions(segment.subspan(kTcpHeader, header_length - kTcpHeader), out);
  out.payload = segment.subspan(header_length);
  out.arrival = packet.arrival;
  out.gso_size = packet.gso_size;
  out.ecn = packet.ecn;
  return ParseResult::kOk;
}

void WriteHeader(const HeaderFields& fields, std::span<const std::byte> options, TxPacket& packet) {
  MPTCPP_CHECK(options.size() <= kMaxOptionBytes);
  const std::size_t padding = (4 - options.size() % 4) % 4;
  const std::size_t header_length = kTcpHeader + options.size() + padding;
  std::byte* p = packet.header.data();
  Store16(p, fields.source_port);
  Store16(p + 2, fields.destination_port);
  Store32(p + 4, fields.seq.value());
  Store32(p + 8, fields.ack.value());
  Store8(p + 12, static_cast<std::uint8_t>(header_length / 4 * 16));
  Store8(p + 13, EncodeTcpFlags(fields.flags));
  Store16(p + 14, fields.window);
  Store32(p + 16, 0);
  if (!options.empty()) std::memcpy(p + kTcpHeader, options.data(), options.size());
  // NOPs rather than EOL: some middleboxes append an option and would put it behind the end of the list.
  WriteNops(std::span(packet.header).subspan(kTcpHeader + options.size()), padding);
  packet.header_length = static_cast<std::uint8_t>(header_length);
}

}  // namespace mptcpp::wire
