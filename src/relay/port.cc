// SPDX-License-Identifier: Apache-2.0
#include "relay/port.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "relay/device.h"
#include "wire/ip_header.h"

namespace mptcpp::relay {
namespace {

using drivers::Fail;
using drivers::FileDescriptor;
using drivers::OrFailure;

constexpr const char* kDevice = "net";
constexpr std::size_t kLongestPacket = 65536;
constexpr int kBatch = 64;  // so that no host's flood keeps the others waiting

// The devices of our endpoint's addresses, and the way to and from each of them.
OrFailure<std::vector<drivers::TunPath>> MakeEndpointDevices(const std::vector<IpAddress>& addresses) {
  std::vector<drivers::TunPath> paths;
  for (const IpAddress& address : addresses) {
    const std::string device = fmt::format("h{}", paths.size());
    if (const auto made = MakeDeviceFor(device); !made) return std::unexpected(made.error());
    if (const auto routed = AddRoutes(device, std::span(&address, 1)); !routed) return std::unexpected(routed.error());
    paths.push_back({device, address, static_cast<std::uint8_t>(address.IsV4() ? 32 : 128)});
  }
  return paths;
}

OrFailure<FileDescriptor> OpenNetDevice(const std::vector<IpAddress>& own, const std::vector<IpAddress>& far) {
  auto device = OpenRawDevice(kDevice);
  if (!device) return device;
  if (const auto added = AddAddresses(kDevice, own); !added) return std::unexpected(added.error());
  if (const auto routed = AddRoutes(kDevice, far); !routed) return std::unexpected(routed.error());
  return device;
}

}  // namespace

Port::Port(std::string name, Namespace where, FileDescriptor device)
    : name_(std::move(name)), namespace_(std::move(where)), device_(std::move(device)), buffer_(kLongestPacket) {}

OrFailure<std::unique_ptr<Port>> Port::ForEndpoint(const sim::HostSpec& host, const std::vector<IpAddress>& far) {
  auto made = Namespace::Make();
  if (!made) return std::unexpected(made.error());
  const Inside inside(*made);
  if (!inside.entered()) return Fail("cannot enter a network namespace");
  if (const auto allowed = AllowForwarding(); !allowed) return std::unexpected(allowed.error());
  auto device = OpenNetDevice({}, far);
  if (!device) return std::unexpected(device.error());
  const auto paths = MakeEndpointDevices(host.addresses);
  if (!paths) return std::unexpected(paths.error());
  auto driver = drivers::TunDriver::Open(*paths, {});
  if (!driver) return std::unexpected(driver.error());
  std::unique_ptr<Port> port(new Port(host.name, std::move(*made), std::move(*device)));
  port->driver_ = std::move(*driver);
  return port;
}

OrFailure<std::unique_ptr<Port>> Port::ForKernel(const sim::HostSpec& host, const std::vector<IpAddress>& far,
                                                 const std::string& namespace_name) {
  auto named = Namespace::Named(namespace_name);
  if (!named) return std::unexpected(named.error());
  const Inside inside(*named);
  if (!inside.entered()) return Fail("cannot enter the network namespace {}: run as root", namespace_name);
  auto device = OpenNetDevice(host.addresses, far);
  if (!device) return std::unexpected(device.error());
  return std::unique_ptr<Port>(new Port(host.name, std::move(*named), std::move(*device)));
}

void Port::Read(sim::Simulation& simulation, Instant now) {
  for (int i = 0; i < kBatch; ++i) {
    const ssize_t n = ::read(device_.get(), buffer_.data(), buffer_.size());
    if (n <= 0) return;
    const auto ip = wire::ParseIp(std::span(buffer_).first(static_cast<std::size_t>(n)));
    if (!ip || ip->protocol != wire::kProtocolTcp) continue;  // neighbour discovery and the like: no business of the scenario
    sim::PacketPtr packet = simulation.TakePacket(ip->payload.size());
    std::memcpy(packet->buffer.data(), ip->payload.data(), ip->payload.size());
    packet->source = ip->source;
    packet->destination = ip->destination;
    packet->ecn = ip->ecn;
    simulation.Inject(std::move(packet), now);
  }
}

void Port::Leave(sim::PacketPtr packet, Instant) {
  const std::size_t header =
      wire::WriteIpHeader(buffer_, packet->source, packet->destination, wire::kProtocolTcp, packet->ecn, packet->length, identification_++);
  std::memcpy(buffer_.data() + header, packet->segment().data(), packet->length);
  const std::size_t length = header + packet->length;
  if (::write(device_.get(), buffer_.data(), length) != static_cast<ssize_t>(length)) ++refused_;
}

}  // namespace mptcpp::relay
