// SPDX-License-Identifier: Apache-2.0
// The walk over IPv6 extension headers (RFC 8200 4), for whole packets and for those quoted in an ICMPv6 error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mptcpp::wire {

struct UpperLayer {
  std::uint8_t protocol = 0;
  std::size_t offset = 0;  // from the end of the fixed IPv6 header
};

// `next_header` is the fixed header's field, `payload` what follows it. nullopt for a fragment (an atomic one is none:
// RFC 6946), for a routing header that is not at its last stop, and for headers that run past the end.
std::optional<UpperLayer> SkipIp6Extensions(std::uint8_t next_header, std::span<const std::byte> payload);

}  // namespace mptcpp::wire
