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

// What the kernel's routes say about a destination.
struct Route {
  IpAddress source;          // what it would send from; none if there is no route
  std::uint16_t mtu = 1500;  // of the path as far as it is known
};
Route RouteTo(const SocketAddress& remote);

}  // namespace mptcpp::drivers
