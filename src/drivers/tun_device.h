// SPDX-License-Identifier: Apache-2.0
// One TUN device: opened, or created and configured, through ioctl and netlink. A device that exists is attached to and its
// addresses and routes are left alone; one that does not is created with the prefix's other host address on the kernel's side,
// brought up, and gone with its descriptor, however the program ends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "drivers/failure.h"
#include "drivers/file_descriptor.h"

namespace mptcpp::drivers {

// DEV=ADDR/PREFIX: our address, which the kernel must not own.
struct TunPath {
  std::string device;
  IpAddress address;
  std::uint8_t prefix_length = 0;
};
std::optional<TunPath> ParseTunPath(std::string_view text);

// The address that the kernel gets beside ours: the first host address of the prefix that is not `address`; the other one in a
// /31 or /127. None where the prefix has no second host.
IpAddress OtherHostAddress(const IpAddress& address, std::uint8_t prefix_length);

struct TunDevice {
  FileDescriptor fd;
  TunPath path;
  std::uint16_t mtu = 1500;
  bool created = false;
};

// `offload`: super-segments and unfinished checksums in both directions (virtio-net header). The descriptor does not block.
OrFailure<TunDevice> OpenTunDevice(const TunPath& path, std::uint16_t mtu, bool offload);

}  // namespace mptcpp::drivers
