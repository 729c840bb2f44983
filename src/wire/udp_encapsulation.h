// SPDX-License-Identifier: Apache-2.0
// TCP in UDP (draft-cheshire-tcp-over-udp): the TCP header without ports, checksum and urgent pointer follows the UDP header,
// first the word with offset, flags and window, then sequence and acknowledgment number. The sizes are equal, so a segment is
// rewritten in place; what a datagram carries is what the kernel's UDP payload is: 12 bytes plus options plus data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mptcpp::wire {

inline constexpr std::size_t kUdpEncapsulatedFixed = 12;

// From a complete TCP header to the first header_length - 8 bytes of the UDP payload. Returns the bytes written.
// A segment with URG or an urgent pointer cannot travel this way: 0.
std::size_t EncapsulateHeader(std::span<const std::byte> tcp_header, std::span<std::byte> out);

// Rebuilds a TCP header in place. `datagram` is the UDP payload, preceded in memory by 8 writable bytes (`room` points there):
// afterwards the TCP segment starts at `room` with ports filled in, checksum and urgent pointer zero.
// Returns the segment's length, or nullopt if this is not an encapsulated segment (first nibble below 5, or too short).
std::optional<std::size_t> DecapsulateInPlace(std::byte* room, std::size_t datagram_length, std::uint16_t source_port,
                                              std::uint16_t destination_port);

}  // namespace mptcpp::wire
