// SPDX-License-Identifier: Apache-2.0
#include "relay/real_time.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "drivers/clock.h"
#include "relay/port.h"

namespace mptcpp::relay {
namespace {

using drivers::MonotonicNow;

class Edge final : public sim::HostEdge {
 public:
  explicit Edge(drivers::TunDriver& driver) : driver_(driver) {}
  void Send(std::span<const TxPacket> packets, Instant now) override { driver_.Send(packets, now); }

 private:
  drivers::TunDriver& driver_;
};

// A delay that the machine adds is one that the scenario does not have. Before other programs if we may: what is done here per
// packet is short, and it sleeps in between. A wish that is not granted shows where round trips matter most: in small windows.
void AskForPunctuality() {
  const sched_param priority{.sched_priority = 1};
  static_cast<void>(::sched_setscheduler(0, SCHED_RR, &priority));
  ::prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);  // of no effect while the wish is granted
}

class RealTimeStage final : public sim::Stage {
 public:
  RealTimeStage(const sim::Scenario& scenario, const RealTimeOptions& options) : scenario_(scenario), options_(options) {}

  drivers::OrFailure<void> Open() {
    for (const sim::HostSpec& host : scenario_.hosts) {
      const std::vector<IpAddress> far = FarAddresses(host);
      const auto kernel = options_.kernel_hosts.find(host.name);
      auto port = kernel == options_.kernel_hosts.end() ? Port::ForEndpoint(host, far) : Port::ForKernel(host, far, kernel->second);
      if (!port) return std::unexpected(port.error());
      ports_.push_back(std::move(*port));
    }
    return Listen();
  }

  bool IsForeign(const std::string& host) const override { return options_.kernel_hosts.contains(host); }

  void Play(sim::Simulation& simulation, const std::function<bool()>& is_done, Duration limit) override {
    Join(simulation);
    if (options_.on_ready) options_.on_ready();
    AskForPunctuality();
    const Instant end = simulation.now() + limit;
    clock_offset_ = MonotonicNow() - simulation.now();
    while (!is_done() && simulation.now() < end) {
      Wait(Sooner(simulation.NextDeadline(), end));
      const Instant now = std::max(simulation.now(), Now());
      simulation.AdvanceTo(now);
      ReceiveAll(simulation, now);
      simulation.AdvanceTo(now);  // the hosts that have received
    }
  }

 private:
  // The simulation's clock, moved on by the real one.
  Instant Now() const { return MonotonicNow() - clock_offset_; }

  // Whatever the network may have a packet from or to, the host's own addresses not among them.
  std::vector<IpAddress> FarAddresses(const sim::HostSpec& host) const {
    std::vector<IpAddress> far;
    for (const sim::PathSpec& path : scenario_.paths) {
      for (const auto* list : {&path.options.from, &path.options.to}) far.insert(far.end(), list->begin(), list->end());
    }
    std::ranges::sort(far);
    far.erase(std::ranges::unique(far).begin(), far.end());
    std::erase_if(far, [&](const IpAddress& a) { return std::ranges::find(host.addresses, a) != host.addresses.end(); });
    return far;
  }

  drivers::OrFailure<void> Listen() {
    epoll_ = drivers::FileDescriptor(epoll_create1(EPOLL_CLOEXEC));
    bool done = epoll_.IsOpen();
    const auto add = [&](int fd) {
      epoll_event event{};
      event.events = EPOLLIN;
      done = done && epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
    };
    for (const auto& port : ports_) {
      add(port->fd());
      if (port->driver() == nullptr) continue;
      for (const drivers::DriverFd& entry : port->driver()->fds()) add(entry.fd);
    }
    if (!done) return drivers::Fail("cannot wait for the devices: {}", drivers::ErrnoText(errno));
    return {};
  }

  void Join(sim::Simulation& simulation) {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      for (const IpAddress& address : scenario_.hosts[i].addresses) simulation.SetExit(address, *ports_[i]);
      if (ports_[i]->driver() == nullptr) continue;
      edges_.push_back(std::make_unique<Edge>(*ports_[i]->driver()));
      simulation.hosts()[i]->set_edge(edges_.back().get());
    }
  }

  void Wait(Instant until) {
    std::array<epoll_event, 16> events;
    const std::int64_t nanos = std::max<std::int64_t>(0, (until - Now()).nanos());
    const timespec timeout{.tv_sec = nanos / 1'000'000'000, .tv_nsec = nanos % 1'000'000'000};
    epoll_pwait2(epoll_.get(), events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  }

  void ReceiveAll(sim::Simulation& simulation, Instant now) {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      ports_[i]->Read(simulation, now);
      if (ports_[i]->driver() == nullptr) continue;
      std::array<RxPacket, drivers::kDriverBatch> batch;
      const std::size_t n = ports_[i]->driver()->ReceiveBatch(batch);
      for (RxPacket& packet : std::span(batch).first(n)) packet.arrival = now;
      if (n > 0) simulation.hosts()[i]->Receive(std::span(batch).first(n), now);
    }
  }

  const sim::Scenario& scenario_;
  const RealTimeOptions& options_;
  std::vector<std::unique_ptr<Port>> ports_;  // in the order of the scenario's hosts
  std::vector<std::unique_ptr<Edge>> edges_;
  drivers::FileDescriptor epoll_;
  Duration clock_offset_;
};

// What only an endpoint of ours can do.
std::string WhatTheKernelCannot(const sim::Scenario& scenario, const std::map<std::string, std::string>& kernel_hosts) {
  const auto host_of = [&](const IpAddress& address) -> const sim::HostSpec* {
    const auto found = std::ranges::find_if(scenario.hosts, [&](const sim::HostSpec& host) {
      return std::ranges::find(host.addresses, address) != host.addresses.end();
    });
    return found == scenario.hosts.end() ? nullptr : &*found;
  };
  const auto is_kernels = [&](const sim::HostSpec* host) { return host != nullptr && kernel_hosts.contains(host->name); };
  for (const auto& [name, where] : kernel_hosts) {
    if (std::ranges::find(scenario.hosts, name, &sim::HostSpec::name) == scenario.hosts.end()) return name + " is no host of the scenario";
  }
  for (const sim::RequestSpec& requests : scenario.requests) {
    if (is_kernels(host_of(requests.from.address)) || is_kernels(host_of(requests.to.address))) {
      return "requests need an endpoint of ours on both sides";
    }
  }
  for (const sim::ScriptStep& step : scenario.script) {
    const auto* change = std::get_if<sim::EndpointChange>(&step.change);
    if (change != nullptr && kernel_hosts.contains(change->host)) return "the script changes the host that is the kernel's";
  }
  return {};
}

}  // namespace

std::expected<sim::ScenarioResult, std::string> RunInRealTime(const sim::Scenario& scenario, const RealTimeOptions& options) {
  if (std::string problem = WhatTheKernelCannot(scenario, options.kernel_hosts); !problem.empty()) return std::unexpected(problem);
  RealTimeStage stage(scenario, options);
  if (const auto opened = stage.Open(); !opened) return std::unexpected(opened.error().message);
  return sim::RunScenario(scenario, {.capture_path = options.capture_path, .stage = &stage});
}

}  // namespace mptcpp::relay
