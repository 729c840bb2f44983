// SPDX-License-Identifier: Apache-2.0
// Answers ICMP and ICMPv6 echo requests, so that `ping` tells whether a TUN path is up.
#pragma once

#include <cstddef>
#include <span>

#include "wire/ip_header.h"

namespace mptcpp::drivers {

// Builds the reply packet, IP header included, in `out`; returns its length, 0 if `request` is not an echo request or the reply
// does not fit.
std::size_t BuildPingReply(const wire::IpView& request, std::span<std::byte> out);

}  // namespace mptcpp::drivers
