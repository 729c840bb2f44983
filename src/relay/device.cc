// SPDX-License-Identifier: Apache-2.0
#include "relay/device.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <utility>

#include "drivers/netlink_address.h"

namespace mptcpp::relay {
namespace {

using drivers::ErrnoText;
using drivers::Fail;
using drivers::FileDescriptor;
using drivers::OrFailure;

// Longer than any queue that a link model keeps: packets wait and are lost in the model, not here.
constexpr int kQueuePackets = 10'000;

ifreq Request(const std::string& device) {
  ifreq request{};
  device.copy(request.ifr_name, sizeof request.ifr_name - 1);
  return request;
}

OrFailure<FileDescriptor> Attach(const std::string& name, int flags) {
  FileDescriptor fd(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fd.IsOpen()) return Fail("cannot open /dev/net/tun: {}", ErrnoText(errno));
  ifreq request = Request(name);
  request.ifr_flags = static_cast<short>(IFF_TUN | IFF_NO_PI | flags);
  if (::ioctl(fd.get(), TUNSETIFF, &request) != 0) return Fail("cannot make TUN device {}: {}", name, ErrnoText(errno));
  return fd;
}

OrFailure<void> BringUp(const std::string& name) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request = Request(name);
  request.ifr_qlen = kQueuePackets;
  bool done = socket.IsOpen() && ::ioctl(socket.get(), SIOCSIFTXQLEN, &request) == 0;
  request = Request(name);
  done = done && ::ioctl(socket.get(), SIOCGIFFLAGS, &request) == 0;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (!done || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) return Fail("cannot bring {} up: {}", name, ErrnoText(errno));
  return {};
}

std::uint8_t BitsOf(const IpAddress& address) { return address.IsV4() ? 32 : 128; }

bool WriteSetting(const char* path, std::string_view value) {
  const FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  return file.IsOpen() && ::write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

}  // namespace

OrFailure<void> MakeDeviceFor(const std::string& name) {
  const auto fd = Attach(name, IFF_VNET_HDR);
  if (!fd) return std::unexpected(fd.error());
  if (::ioctl(fd->get(), TUNSETPERSIST, 1) != 0) return Fail("cannot keep TUN device {}: {}", name, ErrnoText(errno));
  return BringUp(name);
}

OrFailure<FileDescriptor> OpenRawDevice(const std::string& name) {
  auto fd = Attach(name, 0);
  if (!fd) return fd;
  if (const auto up = BringUp(name); !up) return std::unexpected(up.error());
  return fd;
}

OrFailure<void> AddRoutes(const std::string& device, std::span<const IpAddress> destinations) {
  for (const IpAddress& to : destinations) {
    const int error = drivers::AddInterfaceRoute(::if_nametoindex(device.c_str()), to, BitsOf(to));
    if (error != 0) return Fail("cannot add a route to {} over {}: {}", to.ToString(), device, ErrnoText(error));
  }
  return {};
}

OrFailure<void> AddAddresses(const std::string& device, std::span<const IpAddress> addresses) {
  for (const IpAddress& address : addresses) {
    const int error = drivers::AddInterfaceAddress(::if_nametoindex(device.c_str()), address, BitsOf(address));
    if (error != 0) return Fail("cannot give {} to {}: {}", address.ToString(), device, ErrnoText(error));
  }
  return {};
}

OrFailure<void> AllowForwarding() {
  // No reverse-path filter: an answer may arrive over another device than the one that leads to its sender.
  bool done = WriteSetting("/proc/sys/net/ipv4/ip_forward", "1") && WriteSetting("/proc/sys/net/ipv4/conf/all/rp_filter", "0") &&
              WriteSetting("/proc/sys/net/ipv4/conf/default/rp_filter", "0");
  if (!done) return Fail("cannot set forwarding in the namespace: {}", ErrnoText(errno));
  WriteSetting("/proc/sys/net/ipv6/conf/all/forwarding", "1");  // a kernel without IPv6 has no such file
  return {};
}

}  // namespace mptcpp::relay
