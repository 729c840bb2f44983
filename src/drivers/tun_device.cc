// SPDX-License-Identifier: Apache-2.0
#include "drivers/tun_device.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "drivers/netlink_address.h"
#include "drivers/vnet_header.h"

namespace mptcpp::drivers {
namespace {

ifreq Request(const std::string& device) {
  ifreq request{};
  device.copy(request.ifr_name, sizeof request.ifr_name - 1);
  return request;
}

std::unexpected<Failure> OpenFailure(const std::string& device, int error) {
  switch (error) {
    case EPERM:
    case EACCES:
      return Fail(
          "no permission for TUN device {}: run as root (CAP_NET_ADMIN), attach to a device that root made for you "
          "(ip tuntap add {} mode tun user $USER), or use --driver udp",
          device, device);
    case ENOENT:
    case ENODEV: return Fail("this host has no /dev/net/tun: load the tun module, or use --driver udp");
    case EBUSY: return Fail("TUN device {} is in use by another program: choose another name", device);
    case EINVAL: return Fail("{} is not a TUN device that can be attached to: choose another name", device);
    default: return Fail("cannot open TUN device {}: {}", device, ErrnoText(error));
  }
}

OrFailure<void> BringUp(int socket, const std::string& device, std::uint16_t mtu, bool set_mtu) {
  ifreq request = Request(device);
  request.ifr_mtu = mtu;
  if (set_mtu && ::ioctl(socket, SIOCSIFMTU, &request) != 0) {
    return Fail("cannot set the MTU of {} to {}: {}", device, mtu, ErrnoText(errno));
  }
  request = Request(device);
  if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0) return Fail("cannot read the state of {}: {}", device, ErrnoText(errno));
  if ((request.ifr_flags & IFF_UP) != 0) return {};
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket, SIOCSIFFLAGS, &request) != 0)
    return Fail("{} is down and cannot be brought up: {}", device, ErrnoText(errno));
  return {};
}

std::uint16_t ReadMtu(int socket, const std::string& device, std::uint16_t fallback) {
  ifreq request = Request(device);
  if (::ioctl(socket, SIOCGIFMTU, &request) != 0) return fallback;
  return static_cast<std::uint16_t>(std::min(request.ifr_mtu, 65535));
}

// What we write to the device the kernel processes inside our system call, TCP and all, on our core. Receive packet steering
// (Documentation/networking/scaling.rst) lets other cores do it. Only a wish: without sysfs, or with one core, all stays here.
void SpreadKernelSide(const std::string& device) {
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (cores < 2) return;
  const std::string path = "/sys/class/net/" + device + "/queues/rx-0/rps_cpus";
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.IsOpen()) return;
  const std::string mask = fmt::format("{:x}", (std::uint64_t{1} << std::min(cores, 32L)) - 1);
  [[maybe_unused]] const ssize_t written = ::write(file.get(), mask.data(), mask.size());
}

OrFailure<void> Configure(TunDevice& device) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.IsOpen()) return Fail("cannot open a socket: {}", ErrnoText(errno));
  const TunPath& path = device.path;
  if (device.created) {
    const IpAddress kernel_side = OtherHostAddress(path.address, path.prefix_length);
    if (kernel_side.IsNone()) {
      return Fail("{}/{} leaves no address for the kernel's side of {}: use a prefix with two hosts, such as /{}",
                  path.address.ToString(), path.prefix_length, path.device, path.address.IsV4() ? 24 : 64);
    }
    const int error = AddInterfaceAddress(::if_nametoindex(path.device.c_str()), kernel_side, path.prefix_length);
    if (error != 0) return Fail("cannot give {} to {}: {}", kernel_side.ToString(), path.device, ErrnoText(error));
  }
  if (auto up = BringUp(socket.get(), path.device, device.mtu, device.created); !up) return up;
  device.mtu = ReadMtu(socket.get(), path.device, device.mtu);
  if (device.created) SpreadKernelSide(path.device);
  return {};
}

}  // namespace

std::optional<TunPath> ParseTunPath(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::size_t slash = text.rfind('/');
  if (equals == std::string_view::npos || slash == std::string_view::npos || slash < equals) return std::nullopt;
  TunPath path;
  path.device = text.substr(0, equals);
  const auto address = IpAddress::Parse(text.substr(equals + 1, slash - equals - 1));
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), path.prefix_length);
  if (path.device.empty() || path.device.size() >= IFNAMSIZ || !address || error != std::errc() ||
      end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  if (path.prefix_length > (address->IsV4() ? 32 : 128)) return std::nullopt;
  path.address = *address;
  return path;
}

IpAddress OtherHostAddress(const IpAddress& address, std::uint8_t prefix_length) {
  const auto own = address.bytes();
  const std::size_t bits = own.size() * 8;
  if (prefix_length >= bits) return {};
  std::array<std::byte, 16> bytes{};
  std::memcpy(bytes.data(), own.data(), own.size());
  const auto other = std::span(bytes).first(own.size());
  if (prefix_length + 1u == bits) {
    other.back() ^= std::byte{1};
    return IpAddress::FromBytes(other);
  }
  for (std::size_t bit = prefix_length; bit < bits; ++bit) other[bit / 8] &= ~std::byte(0x80 >> (bit % 8));
  for (int host = 1; host <= 2; ++host) {
    other.back() = (other.back() & ~std::byte{3}) | std::byte(host);  // at least two host bits: 1 and 2 fit
    const IpAddress candidate = IpAddress::FromBytes(other);
    if (candidate != address) return candidate;
  }
  return {};
}

OrFailure<TunDevice> OpenTunDevice(const TunPath& path, std::uint16_t mtu, bool offload) {
  TunDevice device{.fd = FileDescriptor(), .path = path, .mtu = mtu, .created = ::if_nametoindex(path.device.c_str()) == 0};
  device.fd = FileDescriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!device.fd.IsOpen()) return OpenFailure(path.device, errno);
  ifreq request = Request(path.device);
  request.ifr_flags = static_cast<short>(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
  if (::ioctl(device.fd.get(), TUNSETIFF, &request) != 0) return OpenFailure(path.device, errno);
  const int header = sizeof(VnetHeader);
  const unsigned long features = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0;
  if (::ioctl(device.fd.get(), TUNSETVNETHDRSZ, &header) != 0 || ::ioctl(device.fd.get(), TUNSETOFFLOAD, features) != 0) {
    return Fail("the kernel's TUN driver lacks offloads ({}): try --offload off", ErrnoText(errno));
  }
  if (auto configured = Configure(device); !configured) return std::unexpected(configured.error());
  return device;
}

}  // namespace mptcpp::drivers
