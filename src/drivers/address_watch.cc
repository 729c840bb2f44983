// SPDX-License-Identifier: Apache-2.0
#include "drivers/address_watch.h"

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <memory>

#include "drivers/socket_address.h"

namespace mptcpp::drivers {
namespace {

bool Works(unsigned flags) { return (flags & IFF_UP) != 0 && (flags & IFF_RUNNING) != 0; }

IpAddress AddressOf(const sockaddr* generic) {
  if (generic == nullptr || (generic->sa_family != AF_INET && generic->sa_family != AF_INET6)) return {};
  KernelAddress address{};
  if (generic->sa_family == AF_INET) {
    address.v4 = *reinterpret_cast<const sockaddr_in*>(generic);
  } else {
    address.v6 = *reinterpret_cast<const sockaddr_in6*>(generic);
  }
  return FromKernel(address).address;
}

}  // namespace

OrFailure<AddressWatch> AddressWatch::Open() {
  FileDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (!socket.IsOpen() || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) != 0) {
    return Fail("cannot watch this host's addresses: {}", ErrnoText(errno));
  }
  return AddressWatch(std::move(socket));
}

bool AddressWatch::Take() {
  std::array<std::byte, 8192> message;
  bool any = false;
  // ENOBUFS says that news was lost: that is news.
  while (::recv(socket_.get(), message.data(), message.size(), 0) > 0 || errno == ENOBUFS || errno == EINTR) {
    any = true;
    errno = 0;
  }
  return any;
}

bool IsAddressUsable(const IpAddress& address) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return true;  // cannot say: nothing is given up for that
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (AddressOf(entry->ifa_addr) == address && Works(entry->ifa_flags)) return true;
  }
  return false;
}

bool IsDeviceUsable(const std::string& device) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.IsOpen()) return true;
  ifreq request{};
  device.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return false;
  return Works(static_cast<unsigned short>(request.ifr_flags));
}

}  // namespace mptcpp::drivers
