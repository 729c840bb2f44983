// SPDX-License-Identifier: Apache-2.0
// A network in virtual time: hosts with the real core in them, paths between their addresses, and a script. Equal seeds give
// equal runs, to the last bit of the trace hash.
//
//   Simulation sim(seed);
//   Host& client = sim.AddHost("client");
//   Path& wifi = sim.AddPath("wifi", {.from = {a}, .to = {b}, .there = {.rate = ..., .delay = ...}});
//   sim.At(Duration::Seconds(3), [&] { wifi.SetUp(false); });
//   sim.Run(Duration::Seconds(10));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/cross_traffic.h"
#include "sim/event_queue.h"
#include "sim/host.h"
#include "sim/link.h"
#include "sim/middlebox_chain.h"
#include "sim/packet_pool.h"
#include "sim/route_table.h"
#include "sim/trace_hash.h"

namespace mptcpp::sim {

class Simulation;

// Where packets for an address leave the simulation, in real time: a device.
class Exit {
 public:
  virtual ~Exit() = default;
  virtual void Leave(PacketPtr packet, Instant now) = 0;
};

struct PathOptions {
  std::vector<IpAddress> from{};     // every pair (from, to) uses this path; several make a shared bottleneck
  std::vector<IpAddress> to{};       // addresses that a middlebox of the path answers for belong in these lists, too
  LinkOptions there;                 // from -> to
  std::optional<LinkOptions> back{}; // not given: as `there`
};

// Two links, one per direction.
class Path {
 public:
  Link& there();
  Link& back();
  // Empty until something is added: path.middleboxes().Add(std::make_unique<...>(...)).
  MiddleboxChain& middleboxes() { return *middleboxes_; }
  const std::string& name() const { return name_; }
  // A silent black hole in both directions, or the end of one.
  void SetUp(bool up);
  // Applies `change` to the options of both directions.
  void Change(const std::function<void(LinkOptions&)>& change);
  void ChangeThere(const std::function<void(LinkOptions&)>& change);
  void ChangeBack(const std::function<void(LinkOptions&)>& change);
  // Into the link `there`, past the boxes: for traffic that is no host's.
  void PushThere(PacketPtr packet, Instant now) { Push(std::move(packet), Direction::kThere, now); }

 private:
  friend class Simulation;
  class LinkNode;
  Path(Simulation& simulation, std::string name, const PathOptions& options, std::uint64_t seed);
  void Change(LinkNode& node, const std::function<void(LinkOptions&)>& change);
  void Push(PacketPtr packet, Direction direction, Instant now);
  bool Serves(const IpAddress& source, const IpAddress& destination, bool& is_there) const;

  Simulation& simulation_;
  std::string name_;
  std::vector<IpAddress> from_, to_;
  bool is_hop_ = false;  // some route leads on from here
  std::unique_ptr<LinkNode> there_, back_;
  std::unique_ptr<MiddleboxChain> middleboxes_;

 public:
  ~Path();
};

class Simulation final : private Network {
 public:
  // Not zero, so that a forgotten initialisation does not look like "now".
  static constexpr Instant kStart = Instant::FromNanos(1'000'000'000);

  explicit Simulation(std::uint64_t seed);
  ~Simulation() override;
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  Host& AddHost(const std::string& name, const HostOptions& options = {});
  // Which host has an address is said here, once.
  void AddAddress(Host& host, const IpAddress& address);
  // What has crossed the network to `address` is handed to `exit` and not to a host of the simulation. Not owned.
  void SetExit(const IpAddress& address, Exit& exit) { exits_.emplace_back(address, &exit); }
  // A packet enters the network from outside, where its source address would.
  void Inject(PacketPtr packet, Instant now) { Send(std::move(packet), now); }
  Path& AddPath(const std::string& name, const PathOptions& options);
  // From `source` to `destination` over several paths, in this order, and back over them the other way around. Goes before the
  // paths' own addresses; the paths of routes need none. No path twice in one route.
  void AddRoute(const IpAddress& source, const IpAddress& destination, const std::vector<Path*>& paths);
  // Traffic of nobody on the link there() of `path`, from now on.
  void AddCrossTraffic(Path& path, const CrossTrafficOptions& options);
  // Runs `action` that long after the start; then every host may send.
  void At(Duration since_start, std::function<void()> action);

  void Run(Duration time);
  // Until the condition holds, asked after every event; false if `limit` passed before that.
  bool RunUntil(const std::function<bool()>& condition, Duration limit);
  bool RunUntilDone(Duration limit);  // until all applications are done
  bool ApplicationsAreDone() const;
  // For a clock from outside: when something is to be done next, and doing all that is due at `now`, which then is now().
  Instant NextDeadline() const { return queue_.NextDeadline(); }
  void AdvanceTo(Instant now) {
    queue_.RunUntil(now, [] { return false; });
  }

  Instant now() const { return queue_.now(); }
  Duration elapsed() const { return queue_.now() - kStart; }
  std::uint64_t seed() const { return seed_; }
  const TraceHash& hash() const { return hash_; }
  const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }
  const std::vector<std::unique_ptr<Path>>& paths() const { return paths_; }
  std::uint64_t packets_without_route() const { return packets_without_route_; }
  std::uint64_t events_run() const { return queue_.events_run(); }
  const PacketPool& pool() const { return pool_; }
  // For traffic without a host; an address of kind kNone means that nobody is sent it.
  PacketPtr TakePacket(std::size_t segment_bytes) { return pool_.Take(segment_bytes); }

 private:
  friend class Path;
  class Script;
  void Send(PacketPtr packet, Instant now) override;
  void Enter(Path& path, Direction direction, PacketPtr packet, Instant now);
  // A packet has come to the end of `path`.
  void Arrive(const Path& path, PacketPtr packet, Instant now);
  Host* HostOf(const IpAddress& address);

  std::uint64_t seed_;
  PacketPool pool_;  // outlives all packets, which the nodes hold
  EventQueue queue_;
  TraceHash hash_;
  std::vector<std::unique_ptr<Path>> paths_;
  RouteTable routes_;
  std::vector<std::unique_ptr<CrossTraffic>> cross_traffic_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::unordered_map<IpAddress, Host*> addresses_;
  std::vector<std::pair<IpAddress, Exit*>> exits_;
  std::unique_ptr<Script> script_;
  std::uint64_t packets_without_route_ = 0;
};

}  // namespace mptcpp::sim
