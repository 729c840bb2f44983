// SPDX-License-Identifier: Apache-2.0
// Between our SocketAddress and the kernel's sockaddr.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ip_address.h"

namespace mptcpp::drivers {

union KernelAddress {
  sockaddr generic;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// Fills `out` and returns its length; 0 for an address without family.
socklen_t ToKernel(const SocketAddress& address, KernelAddress& out);
SocketAddress FromKernel(const KernelAddress& address);
int KernelFamily(const IpAddress& address);

// The address that the kernel would send from towards `remote`, by its routes. None if there is no route.
IpAddress SourceAddressFor(const SocketAddress& remote);

}  // namespace mptcpp::drivers
