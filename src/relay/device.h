// SPDX-License-Identifier: Apache-2.0
// TUN devices of a relay: made in the namespace that this thread is in, and configured through ioctl and netlink.
#pragma once

#include <span>
#include <string>

#include "base/ip_address.h"
#include "drivers/failure.h"
#include "drivers/file_descriptor.h"

namespace mptcpp::relay {

// A device for a TunDriver to attach to, up, without an address; it lives as long as its namespace.
drivers::OrFailure<void> MakeDeviceFor(const std::string& name);

// A device whose packets this process reads and writes: whole IP packets of at most the MTU, checksums finished, no header in
// front. Gone with its descriptor, which does not block.
drivers::OrFailure<drivers::FileDescriptor> OpenRawDevice(const std::string& name);

// Host routes through the device, host addresses of it.
drivers::OrFailure<void> AddRoutes(const std::string& device, std::span<const IpAddress> destinations);
drivers::OrFailure<void> AddAddresses(const std::string& device, std::span<const IpAddress> addresses);

// Packets are passed on between the devices of this thread's namespace, wherever they come from.
drivers::OrFailure<void> AllowForwarding();

}  // namespace mptcpp::relay
