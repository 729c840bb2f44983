// SPDX-License-Identifier: Apache-2.0
// The one netlink request that the TUN driver needs.
#pragma once

#include <cstdint>

#include "base/ip_address.h"

namespace mptcpp::drivers {

// As `ip address add ADDRESS/PREFIX dev ...`. Returns 0 or an errno.
int AddInterfaceAddress(unsigned interface_index, const IpAddress& address, std::uint8_t prefix_length);

}  // namespace mptcpp::drivers
