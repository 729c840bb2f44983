// SPDX-License-Identifier: Apache-2.0
// What a command with real connections runs on: an endpoint over the driver that the options ask for, its paths registered,
// faults and capture wrapped around it. One per process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/capture_driver.h"
#include "apps/common_options.h"
#include "apps/interrupt.h"
#include "apps/path_watch.h"
#include "drivers/driver.h"
#include "drivers/failure.h"
#include "drivers/faulty_driver.h"
#include "drivers/os_random.h"
#include "drivers/tun_device.h"
#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

class Runtime {
 public:
  // `faults` replaces the hidden fault options (the demo sets its own); empty: those of `options`.
  static drivers::OrFailure<std::unique_ptr<Runtime>> ForClient(const CommonOptions& options, const SocketAddress& remote,
                                                                std::vector<drivers::PathFaults> faults = {});
  // `local.address` none: every address, or those of --path. Over UDP port 0 takes a free one.
  static drivers::OrFailure<std::unique_ptr<Runtime>> ForServer(const CommonOptions& options, const SocketAddress& local);

  Endpoint& endpoint() { return *endpoint_; }
  drivers::Driver& driver() { return *driver_; }
  // Signals are held back from before the first socket is open: none can come too early.
  Interrupt& interrupt() { return interrupt_; }
  // nullptr without faults.
  drivers::FaultyDriver* faults() { return faults_; }

  // Reacts to the loss and the return of paths.
  void WatchPaths(drivers::EventLoop& loop) { paths_->WatchOn(loop); }
  // What is to happen to paths by time. Returns when it wants to be called again.
  Instant Step(Instant now);

  // A client's connection over its first path; the others follow by themselves.
  Expected<ConnectionId> Connect(Instant now);
  // Further ones: the same, from ports that the endpoint chooses.
  Expected<ConnectionId> ConnectAnother(Instant now);
  const SocketAddress& remote() const { return remote_; }
  bool fast_open() const { return connection_options_.fast_open; }
  // The bound port: of a server, and over UDP of a client too.
  std::uint16_t local_port() const { return local_.port; }
  // A server's listeners (one per address family on a wildcard).
  std::span<const ListenerId> listeners() const { return listeners_; }

  // Closes the capture. One line if it is incomplete.
  std::string Finish();

 private:
  explicit Runtime(const CommonOptions& options);
  drivers::OrFailure<void> OpenDriver(std::vector<SocketAddress> udp_locals, std::span<const drivers::TunPath> tun_paths);
  drivers::OrFailure<void> Wrap(std::vector<drivers::PathFaults> faults);
  drivers::OrFailure<void> AddPaths(std::span<const IpAddress> addresses, bool subflow);
  drivers::OrFailure<void> Listen(std::span<const SocketAddress> addresses);

  CommonOptions options_;
  Interrupt interrupt_;
  drivers::OsRandom random_;
  std::unique_ptr<drivers::Driver> driver_;
  drivers::FaultyDriver* faults_ = nullptr;
  CaptureDriver* capture_ = nullptr;
  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<PathWatch> paths_;
  Instant backups_at_ = Instant::Infinite();  // --backup-after
  ConnectionOptions connection_options_;
  SocketAddress local_;  // a client's first path
  SocketAddress remote_;
  std::vector<ListenerId> listeners_;
  std::uint16_t mtu_ = 1500;
};

}  // namespace mptcpp::apps
