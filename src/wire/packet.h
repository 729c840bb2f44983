// SPDX-License-Identifier: Apache-2.0
// What crosses the edge of the core, in both directions: one TCP segment, possibly a super-segment of up to 64 KiB of payload,
// with the addresses it travels between. No IP header: the drivers add and remove it (TUN) or have none (TCP in UDP).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ip_address.h"
#include "base/time.h"

namespace mptcpp {

// IP's ECN field (RFC 3168 5).
enum class Ecn : std::uint8_t { kNotEct = 0, kEct1 = 1, kEct0 = 2, kCe = 3 };

// A received segment. The bytes belong to the caller and are needed only during Endpoint::Receive().
struct RxPacket {
  IpAddress source{};
  IpAddress destination{};
  std::span<const std::byte> segment{};  // TCP header, options, payload
  Instant arrival{};                     // when the driver got it: RTT and RACK use this, not the time of processing
  std::uint16_t gso_size = 0;          // payload bytes per original segment if the driver merged several (GRO); 0: one segment
  bool checksum_verified = false;      // the driver (or the device below) has checked the TCP checksum, or there is none to check
  Ecn ecn = Ecn::kNotEct;
};

// The longest TCP header: 20 bytes and 40 of options.
inline constexpr std::size_t kMaxTcpHeader = 60;
// The longest payload of one super-segment: what fits one IPv4 packet together with IP and TCP headers.
inline constexpr std::uint32_t kMaxSuperSegment = 65535 - 40 - kMaxTcpHeader;

// A segment to send. Header by value, payload as slices of the endpoint's own buffers: they stay valid until the next
// non-const call on the endpoint, so a driver copies or sends before it calls again.
struct TxPacket {
  IpAddress source;
  IpAddress destination;
  std::array<std::byte, kMaxTcpHeader> header{};  // complete TCP header; its checksum field is zero: the edge fills it in (wire/gso.h)
  std::uint8_t header_length = 0;                 // 20 .. 60, a multiple of 4
  Ecn ecn = Ecn::kNotEct;
  std::uint16_t segment_size = 0;                 // payload bytes per segment on the wire; payload_length above it means: split (wire/gso.h)
  std::uint32_t payload_length = 0;               // sum of the slices, 0 .. kMaxSuperSegment
  std::uint8_t slice_count = 0;
  std::array<std::span<const std::byte>, 4> slices{};

  std::span<const std::byte> header_bytes() const { return std::span(header).first(header_length); }
  // Appends a slice; false when there is no place left (the caller then sends a shorter segment).
  bool AddSlice(std::span<const std::byte> slice) {
    if (slice_count == slices.size()) return false;
    slices[slice_count++] = slice;
    payload_length += static_cast<std::uint32_t>(slice.size());
    return true;
  }
};

}  // namespace mptcpp
