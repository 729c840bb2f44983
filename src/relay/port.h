// SPDX-License-Identifier: Apache-2.0
// Where one host is joined to the simulated network: a TUN device in the host's namespace, whose packets enter the network, and
// which gets the packets that the network delivers.
//
//   our endpoint:    Host -- TunDriver -- h0, h1, ... -- the kernel forwards -- net -- Port -- links of the simulation
//   the kernel's:    any program with sockets --------------------------------- net -- Port -- links of the simulation
//
// The driver is the one that is shipped, with super-segments; the kernel cuts them into packets on their way to `net`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drivers/tun_driver.h"
#include "relay/namespace.h"
#include "sim/scenario.h"
#include "sim/simulation.h"

namespace mptcpp::relay {

class Port final : public sim::Exit {
 public:
  // For a host with an endpoint of ours: a new namespace. `far`: all addresses that it may talk to.
  static drivers::OrFailure<std::unique_ptr<Port>> ForEndpoint(const sim::HostSpec& host, const std::vector<IpAddress>& far);
  // For the kernel in a namespace that exists: it owns the host's addresses.
  static drivers::OrFailure<std::unique_ptr<Port>> ForKernel(const sim::HostSpec& host, const std::vector<IpAddress>& far,
                                                             const std::string& namespace_name);

  const std::string& name() const { return name_; }
  int fd() const { return device_.get(); }
  drivers::TunDriver* driver() { return driver_.get(); }  // null: the kernel's

  // Takes packets from the device into the network, at most a batch.
  void Read(sim::Simulation& simulation, Instant now);
  void Leave(sim::PacketPtr packet, Instant now) override;
  // Packets that the device did not take.
  std::uint64_t refused() const { return refused_; }

 private:
  Port(std::string name, Namespace where, drivers::FileDescriptor device);

  std::string name_;
  Namespace namespace_;  // the devices live in it
  drivers::FileDescriptor device_;
  std::unique_ptr<drivers::TunDriver> driver_;
  std::vector<std::byte> buffer_;
  std::uint16_t identification_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace mptcpp::relay
