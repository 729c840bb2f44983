// SPDX-License-Identifier: Apache-2.0
// Runs of equal datagrams, as UDP_SEGMENT sends and UDP_GRO receives them, to and from segments (TCP in UDP,
// wire/udp_encapsulation.h). Every datagram of a run carries its own inner header, so a run is staged in one buffer. Pure: no
// socket here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ip_address.h"
#include "wire/packet.h"

namespace mptcpp::drivers {

// UDP_MAX_SEGMENTS of kernels before 6.9; later ones allow 128.
inline constexpr std::size_t kMaxRunDatagrams = 64;
// The largest UDP payload over IPv4: 65535 - 20 - 8.
inline constexpr std::size_t kMaxRunBytes = 65507;
// Bytes that EmitSegment may touch before a datagram: a TCP header is 8 bytes longer than an encapsulated one.
inline constexpr std::size_t kRunHeadroom = 8;

// One run that waits for its socket.
struct UdpRun {
  SocketAddress source;
  SocketAddress destination;
  Ecn ecn = Ecn::kNotEct;
  std::uint16_t datagram_size = 0;  // of all datagrams but the last, which may be shorter
  std::uint16_t datagrams = 0;
  std::uint32_t length = 0;
  std::array<std::byte, kRunHeadroom + kMaxRunBytes> buffer;

  std::span<const std::byte> bytes() const { return std::span(buffer).subspan(kRunHeadroom, length); }
  std::span<const std::byte> Datagram(std::size_t i) const;
};

// Stages wire segments of `packet` from the `first`-th on, as many as one run holds, and returns the index after the last one;
// SegmentCount(packet) when done. Returns `first` if a segment cannot travel in UDP (urgent data): nothing is staged then.
std::size_t StageRun(const TxPacket& packet, std::size_t first, UdpRun& run);

// The most datagrams that the kernel merges into one buffer.
inline constexpr std::size_t kMaxGroDatagrams = 128;
// Writable bytes needed in front of a received buffer: the 8 that each datagram grows by.
inline constexpr std::size_t kReceiveRoom = 8 * kMaxGroDatagrams;

// What one recvmsg() returned.
struct ReceivedRun {
  std::byte* datagrams = nullptr;  // kReceiveRoom writable bytes lie in front
  std::size_t length = 0;
  std::size_t datagram_size = 0;  // UDP_GRO; 0: one datagram
  SocketAddress source;
  SocketAddress destination;
  Ecn ecn = Ecn::kNotEct;
  Instant arrival;
};

// Turns the datagrams into segments in place, neighbours that continue each other merged into super-segments (as TCP's GRO
// does), and appends them to `out`, which has room for kMaxGroDatagrams. Returns how many; datagrams that are not ours are
// skipped and counted in `ignored`.
std::size_t UnpackRun(const ReceivedRun& run, std::span<RxPacket> out, std::uint64_t& ignored);

}  // namespace mptcpp::drivers
