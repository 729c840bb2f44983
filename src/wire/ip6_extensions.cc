// SPDX-License-Identifier: Apache-2.0
#include "wire/ip6_extensions.h"

#include "base/endian.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestinationOptions = 60;
constexpr std::uint16_t kFragmentBits = 0xfff9;  // the offset, and more fragments

bool IsExtension(std::uint8_t header) {
  return header == kHopByHop || header == kRouting || header == kFragment || header == kAuthentication || header == kDestinationOptions;
}

// Every extension begins with: next header, length. The length counts 8-byte units beyond the first, but 4-byte units
// beyond the first two in an authentication header (RFC 4302 2.2) and nothing in a fragment header.
std::size_t ExtensionLength(std::uint8_t header, std::uint8_t length_field) {
  if (header == kFragment) return 8;
  if (header == kAuthentication) return (length_field + 2u) * 4u;
  return (length_field + 1u) * 8u;
}

}  // namespace

std::optional<UpperLayer> SkipIp6Extensions(std::uint8_t next_header, std::span<const std::byte> payload) {
  std::size_t offset = 0;
  while (IsExtension(next_header)) {
    if (payload.size() - offset < 8) return std::nullopt;
    const std::byte* p = payload.data() + offset;
    if (next_header == kFragment && (Load16(p + 2) & kFragmentBits) != 0) return std::nullopt;
    // With segments left the destination is not the final one, and the TCP checksum would be taken over another address.
    if (next_header == kRouting && Load8(p + 3) != 0) return std::nullopt;
    const std::size_t length = ExtensionLength(next_header, Load8(p + 1));
    if (length > payload.size() - offset) return std::nullopt;
    next_header = Load8(p);
    offset += length;
  }
  return UpperLayer{.protocol = next_header, .offset = offset};
}

}  // namespace mptcpp::wire
