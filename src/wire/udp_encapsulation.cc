// SPDX-License-Identifier: Apache-2.0
#include "wire/udp_encapsulation.h"

#include <cstring>

#include "base/endian.h"
#include "wire/tcp_flags.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kUdpHeader = 8;
constexpr std::uint8_t kMinOffset = 5;

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-------------------------------+-------------------------------+
//  |          Source Port          |       Destination Port        |   UDP's own header; the TCP ports are the UDP ports
//  +-------------------------------+-------------------------------+
//  |           UDP Length          |          UDP Checksum         |
//  +-------+-------+---------------+-------------------------------+
//  | Offset| Rsrvd |C E 0 A P R S F|            Window             |   TCP bytes 12..15; URG is 0
//  +-------+-------+---------------+-------------------------------+
//  |                        Sequence Number                        |   TCP bytes 4..7
//  +---------------------------------------------------------------+
//  |                    Acknowledgment Number                      |   TCP bytes 8..11
//  +---------------------------------------------------------------+
//  |                   TCP options, then payload                   |
//  +---------------------------------------------------------------+   (draft-cheshire-tcp-over-udp)
std::size_t EncapsulateHeader(std::span<const std::byte> tcp_header, std::span<std::byte> out) {
  if (tcp_header.size() < kTcpHeader || out.size() < tcp_header.size() - kUdpHeader) return 0;
  const std::byte* p = tcp_header.data();
  if ((Load8(p + 13) & kFlagUrg) != 0 || Load16(p + 18) != 0) return 0;
  // All loads before the stores: `out` may be the same memory.
  const std::uint32_t offset_flags_window = Load32(p + 12);
  const std::uint32_t seq = Load32(p + 4);
  const std::uint32_t ack = Load32(p + 8);
  std::memmove(out.data() + kUdpEncapsulatedFixed, p + kTcpHeader, tcp_header.size() - kTcpHeader);
  Store32(out.data(), offset_flags_window);
  Store32(out.data() + 4, seq);
  Store32(out.data() + 8, ack);
  return tcp_header.size() - kUdpHeader;
}

std::optional<std::size_t> DecapsulateInPlace(std::byte* room, std::size_t datagram_length, std::uint16_t source_port,
                                              std::uint16_t destination_port) {
  if (datagram_length < kUdpEncapsulatedFixed) return std::nullopt;
  const std::byte* datagram = room + kUdpHeader;
  const std::uint8_t offset = Load8(datagram) >> 4;
  // Smaller first nibbles are left to other protocols on the same port, STUN for one.
  if (offset < kMinOffset || offset * 4u > datagram_length + kUdpHeader) return std::nullopt;
  if ((Load8(datagram + 1) & kFlagUrg) != 0) return std::nullopt;
  const std::uint32_t offset_flags_window = Load32(datagram);
  const std::uint32_t seq = Load32(datagram + 4);
  const std::uint32_t ack = Load32(datagram + 8);
  Store16(room, source_port);
  Store16(room + 2, destination_port);
  Store32(room + 4, seq);
  Store32(room + 8, ack);
  Store32(room + 12, offset_flags_window);
  Store32(room + 16, 0);
  return datagram_length + kUdpHeader;
}

}  // namespace mptcpp::wire
