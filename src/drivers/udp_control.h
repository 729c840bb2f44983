// SPDX-License-Identifier: Apache-2.0
// The control messages of the UDP driver: ECN, segment sizes, addresses and errors, to and from cmsg.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ip_address.h"
#include "wire/icmp.h"
#include "wire/packet.h"

namespace mptcpp::drivers {

struct ControlBuffer {
  alignas(cmsghdr) std::array<std::byte, 256> bytes;
};

struct ControlFacts {
  Ecn ecn = Ecn::kNotEct;
  std::uint16_t gro_size = 0;
  IpAddress destination;  // IP_PKTINFO; none on a socket that is bound to one address
  bool has_error = false;
  bool is_local = false;  // the error is this kernel's own, not ICMP: nothing is quoted
  wire::IcmpKind error_kind{};
  std::uint32_t next_hop_mtu = 0;
};
ControlFacts ReadControl(const msghdr& message);

// Sets msg_control of `message`. `source` none: the socket's own; `segment_size` 0: one datagram.
void WriteControl(msghdr& message, ControlBuffer& buffer, const IpAddress& source, bool v6, Ecn ecn, std::uint16_t segment_size);

}  // namespace mptcpp::drivers
