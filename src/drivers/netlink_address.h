// SPDX-License-Identifier: Apache-2.0
// The netlink requests that TUN devices need: an address and a route.
#pragma once

#include <cstdint>

#include "base/ip_address.h"

namespace mptcpp::drivers {

// As `ip address add ADDRESS/PREFIX dev ...`. Returns 0 or an errno.
int AddInterfaceAddress(unsigned interface_index, const IpAddress& address, std::uint8_t prefix_length);

// As `ip route add ADDRESS/PREFIX dev ...`: what goes there leaves through the interface. Returns 0 or an errno.
int AddInterfaceRoute(unsigned interface_index, const IpAddress& address, std::uint8_t prefix_length);

}  // namespace mptcpp::drivers
