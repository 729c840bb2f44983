// SPDX-License-Identifier: Apache-2.0
// ICMP and ICMPv6 errors about one of our segments, reduced to what TCP needs (RFC 5461, RFC 5927).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "base/seq_num.h"

namespace mptcpp::wire {

enum class IcmpKind : std::uint8_t {
  kSoftUnreachable,   // net, host, time exceeded: a hint
  kHardUnreachable,   // protocol, port, administratively prohibited
  kPacketTooBig,
};

struct IcmpError {
  IcmpKind kind = IcmpKind::kSoftUnreachable;
  FourTuple tuple{};             // of the segment that was quoted, from its sender's view: local is its source
  SeqNum quoted_seq{};           // sequence number in the quoted TCP header; believed only if in flight (RFC 5927 4)
  std::uint32_t next_hop_mtu = 0;  // with kPacketTooBig; 0 if the router did not say
};

// Parses an ICMP (v4) or ICMPv6 message (the IP payload). nullopt for anything that is not an error about a TCP segment.
std::optional<IcmpError> ParseIcmp(std::span<const std::byte> message, bool v6);

}  // namespace mptcpp::wire
