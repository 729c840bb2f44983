// SPDX-License-Identifier: Apache-2.0
#include "drivers/socket_address.h"

#include <arpa/inet.h>
#include <netinet/ip.h>

#include <algorithm>
#include <cstring>

#include "drivers/file_descriptor.h"

namespace mptcpp::drivers {

socklen_t ToKernel(const SocketAddress& address, KernelAddress& out) {
  std::memset(&out, 0, sizeof out);
  const auto bytes = address.address.bytes();
  if (address.address.IsV4()) {
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(address.port);
    std::memcpy(&out.v4.sin_addr, bytes.data(), bytes.size());
    return sizeof out.v4;
  }
  if (address.address.IsV6()) {
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(address.port);
    std::memcpy(&out.v6.sin6_addr, bytes.data(), bytes.size());
    return sizeof out.v6;
  }
  return 0;
}

SocketAddress FromKernel(const KernelAddress& address) {
  if (address.generic.sa_family == AF_INET) {
    return {IpAddress::FromBytes(std::as_bytes(std::span(&address.v4.sin_addr, 1))), ntohs(address.v4.sin_port)};
  }
  if (address.generic.sa_family == AF_INET6) {
    return {IpAddress::FromBytes(std::as_bytes(std::span(&address.v6.sin6_addr, 1))), ntohs(address.v6.sin6_port)};
  }
  return {};
}

int KernelFamily(const IpAddress& address) { return address.IsV6() ? AF_INET6 : AF_INET; }

Route RouteTo(const SocketAddress& remote) {
  Route route;
  KernelAddress kernel;
  socklen_t length = ToKernel(remote, kernel);
  const FileDescriptor probe(::socket(KernelFamily(remote.address), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // Connecting a UDP socket sends nothing: it only asks the routing table.
  if (length == 0 || !probe.IsOpen() || ::connect(probe.get(), &kernel.generic, length) != 0) return route;
  length = sizeof kernel;
  if (::getsockname(probe.get(), &kernel.generic, &length) != 0) return route;
  route.source = FromKernel(kernel).address;
  int mtu = 0;
  length = sizeof mtu;
  const bool v6 = remote.address.IsV6();
  if (::getsockopt(probe.get(), v6 ? int{IPPROTO_IPV6} : int{IPPROTO_IP}, v6 ? IPV6_MTU : IP_MTU, &mtu, &length) == 0 &&
      mtu > 0) {
    route.mtu = static_cast<std::uint16_t>(std::min(mtu, 65535));
  }
  return route;
}

}  // namespace mptcpp::drivers
