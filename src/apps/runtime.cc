// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime.h"

#include <algorithm>

#include "apps/command.h"
#include "apps/cookie_file.h"
#include "apps/path_arguments.h"
#include "drivers/clock.h"
#include "drivers/socket_address.h"
#include "drivers/tun_driver.h"
#include "drivers/udp_driver.h"

namespace mptcpp::apps {
namespace {

constexpr std::uint16_t kEthernetMtu = 1500;
constexpr std::uint32_t kBacklog = 4096;  // as Linux allows by default (somaxconn)

// The --path addresses that a client can use towards `remote`, best first; without --path the one that the routes say.
drivers::OrFailure<std::vector<IpAddress>> ClientAddresses(const PathArguments& paths, const SocketAddress& remote) {
  std::vector<IpAddress> addresses = paths.addresses;
  if (addresses.empty()) {
    const IpAddress source = drivers::RouteTo(remote).source;
    if (source.IsNone())
      return drivers::Fail("there is no route to {}: check the address and the network", remote.address.ToString());
    addresses.push_back(source);
  }
  const auto usable = [&](const IpAddress& address) {
    return address.family() == remote.address.family() && !paths.IsBackup(address);
  };
  std::ranges::stable_partition(addresses, usable);
  if (addresses.front().family() != remote.address.family()) {
    return drivers::Fail("no --path is of the family of {}: add an {} address", remote.address.ToString(),
                         remote.address.IsV4() ? "IPv4" : "IPv6");
  }
  return addresses;
}

// Where a server waits: ADDR of the command line and every --path; without either every address.
std::vector<SocketAddress> ServerAddresses(const PathArguments& paths, const SocketAddress& local) {
  std::vector<SocketAddress> result;
  if (!local.address.IsNone()) result.push_back(local);
  for (const IpAddress& address : paths.addresses) {
    if (address != local.address) result.push_back({address, local.port});
  }
  if (result.empty()) result = {{IpAddress::AnyV4(), local.port}, {IpAddress::AnyV6(), local.port}};
  return result;
}

// A host without IPv6 has no wildcard of it: then IPv4 alone will do.
bool IsOptional(const SocketAddress& address) { return address.address.IsV6() && address.address.IsUnspecified(); }

}  // namespace

Runtime::Runtime(const CommonOptions& options) : options_(options) {}

drivers::OrFailure<std::unique_ptr<Runtime>> Runtime::ForClient(const CommonOptions& options, const SocketAddress& remote,
                                                                std::vector<drivers::PathFaults> faults) {
  const PathArguments paths = ParsePaths(options);
  const auto addresses = ClientAddresses(paths, remote);
  if (!addresses) return std::unexpected(addresses.error());
  std::unique_ptr<Runtime> runtime(new Runtime(options));
  runtime->remote_ = remote;
  runtime->mtu_ = std::min(kEthernetMtu, drivers::RouteTo(remote).mtu);
  std::vector<SocketAddress> locals;
  for (const IpAddress& address : *addresses) locals.push_back({address, 0});
  if (auto opened = runtime->OpenDriver(locals, paths.tun_paths); !opened) return std::unexpected(opened.error());
  runtime->local_.address = addresses->front();
  if (auto wrapped = runtime->Wrap(faults.empty() ? FaultsOf(options) : std::move(faults)); !wrapped)
    return std::unexpected(wrapped.error());
  runtime->connection_options_ = ToConnectionOptions(options, runtime->mtu_);
  runtime->endpoint_ = std::make_unique<Endpoint>(ToEndpointOptions(options), runtime->random_);
  if (!options.cookie_file.empty()) LoadCookies(options.cookie_file, *runtime->endpoint_);
  if (auto added = runtime->AddPaths(*addresses, /*subflow=*/true); !added) return std::unexpected(added.error());
  return runtime;
}

drivers::OrFailure<std::unique_ptr<Runtime>> Runtime::ForServer(const CommonOptions& options, const SocketAddress& local) {
  const PathArguments paths = ParsePaths(options);
  std::unique_ptr<Runtime> runtime(new Runtime(options));
  std::vector<SocketAddress> locals = ServerAddresses(paths, local);
  auto opened = runtime->OpenDriver(locals, paths.tun_paths);
  if (!opened && IsOptional(locals.back()) && locals.size() > 1) {
    locals.pop_back();
    opened = runtime->OpenDriver(locals, paths.tun_paths);
  }
  if (!opened) return std::unexpected(opened.error());
  if (local.port != 0) runtime->local_.port = local.port;
  for (SocketAddress& address : locals) address.port = runtime->local_.port;
  if (auto wrapped = runtime->Wrap(FaultsOf(options)); !wrapped) return std::unexpected(wrapped.error());
  runtime->connection_options_ = ToConnectionOptions(options, runtime->mtu_);
  runtime->endpoint_ = std::make_unique<Endpoint>(ToEndpointOptions(options), runtime->random_);
  if (auto added = runtime->AddPaths(paths.addresses, /*subflow=*/false); !added) return std::unexpected(added.error());
  if (auto listening = runtime->Listen(locals); !listening) return std::unexpected(listening.error());
  return runtime;
}

drivers::OrFailure<void> Runtime::OpenDriver(std::vector<SocketAddress> udp_locals, std::span<const drivers::TunPath> tun_paths) {
  if (options_.driver == "tun") {
    const drivers::TunOptions tun{.mtu = options_.mtu != 0 ? static_cast<std::uint16_t>(options_.mtu) : kEthernetMtu,
                                  .offload = options_.offload == "on"};
    auto driver = drivers::TunDriver::Open(tun_paths, tun);
    if (!driver) return std::unexpected(driver.error());
    mtu_ = (*driver)->mtu();
    driver_ = std::move(*driver);
    return {};
  }
  auto driver = drivers::UdpDriver::Open(udp_locals);
  if (!driver) return std::unexpected(driver.error());
  local_.port = (*driver)->locals().front().port;
  driver_ = std::move(*driver);
  return {};
}

drivers::OrFailure<void> Runtime::Wrap(std::vector<drivers::PathFaults> faults) {
  if (!faults.empty()) {
    auto faulty = std::make_unique<drivers::FaultyDriver>(std::move(driver_), std::move(faults), options_.seed);
    faults_ = faulty.get();
    driver_ = std::move(faulty);
  }
  if (!options_.pcap.empty()) {
    auto writer = trace::PcapWriter::Open(options_.pcap);
    if (!writer) return std::unexpected(drivers::Failure{writer.error()});
    auto capture = std::make_unique<CaptureDriver>(std::move(driver_), std::move(*writer));
    capture_ = capture.get();
    driver_ = std::move(capture);
  }
  return {};
}

drivers::OrFailure<void> Runtime::AddPaths(std::span<const IpAddress> addresses, bool subflow) {
  const PathArguments paths = ParsePaths(options_);
  paths_ = std::make_unique<PathWatch>(*endpoint_);
  if (options_.backup_after > 0) backups_at_ = drivers::MonotonicNow() + Duration::SecondsF(options_.backup_after);
  for (const IpAddress& address : addresses) {
    PathEndpoint path{.address = address,
                      .signal = options_.announce,
                      .subflow = subflow,
                      .backup = paths.IsBackup(address) && options_.backup_after == 0,
                      .fullmesh = subflow && options_.fullmesh,
                      .preference = paths.PreferenceOf(address)};
    const auto tun = std::ranges::find(paths.tun_paths, address, &drivers::TunPath::address);
    const std::string device = tun == paths.tun_paths.end() ? std::string() : tun->device;
    if (const auto added = paths_->Add(path, device, drivers::MonotonicNow()); !added) {
      return drivers::Fail("{} cannot be a path: {}", address.ToString(), ToString(added.error()));
    }
  }
  return {};
}

Instant Runtime::Step(Instant now) {
  if (now >= backups_at_) {
    backups_at_ = Instant::Infinite();
    for (const IpAddress& address : ParsePaths(options_).backups) paths_->SetBackup(address, true, now);
  }
  return backups_at_;
}

drivers::OrFailure<void> Runtime::Listen(std::span<const SocketAddress> addresses) {
  for (const SocketAddress& address : addresses) {
    const auto listener = endpoint_->Listen(address, connection_options_, kBacklog);
    if (!listener) return drivers::Fail("cannot listen on {}: {}", address.ToString(), ToString(listener.error()));
    listeners_.push_back(*listener);
  }
  return {};
}

Expected<ConnectionId> Runtime::Connect(Instant now) { return endpoint_->Connect(local_, remote_, connection_options_, now); }

Expected<ConnectionId> Runtime::ConnectAnother(Instant now) {
  return endpoint_->Connect({local_.address, 0}, remote_, connection_options_, now);
}

std::string Runtime::Finish() {
  std::string problem = capture_ == nullptr ? std::string() : capture_->Finish();
  if (problem.empty() && !options_.cookie_file.empty() && listeners_.empty())
    problem = SaveCookies(options_.cookie_file, *endpoint_);
  return problem;
}

}  // namespace mptcpp::apps
