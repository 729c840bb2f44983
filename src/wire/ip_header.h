// SPDX-License-Identifier: Apache-2.0
// IPv4 and IPv6 headers around TCP, for the drivers and captures: the core itself never sees them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "wire/packet.h"

namespace mptcpp::wire {

inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolIcmp6 = 58;

struct IpView {
  IpAddress source{};
  IpAddress destination{};
  std::uint8_t protocol = 0;           // after IPv6 extension headers
  Ecn ecn = Ecn::kNotEct;
  std::uint8_t hop_limit = 0;
  std::size_t header_length = 0;       // bytes before the payload
  std::span<const std::byte> payload;  // cut at the IP length field
};

// nullopt for anything malformed, for fragments and for a wrong IPv4 header checksum.
std::optional<IpView> ParseIp(std::span<const std::byte> packet);

// Writes an IPv4 (20 bytes, DF set, checksum complete) or IPv6 (40 bytes) header for `payload_length` bytes that follow.
// Returns its length. `identification` is used by IPv4 only.
std::size_t WriteIpHeader(std::span<std::byte> out, const IpAddress& source, const IpAddress& destination,
                          std::uint8_t protocol, Ecn ecn, std::size_t payload_length, std::uint16_t identification);

}  // namespace mptcpp::wire
