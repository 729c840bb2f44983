// SPDX-License-Identifier: Apache-2.0
// The world of these tests: a client with one address per path, a server with one, boxes in the paths, and one bulk transfer in
// both directions whose every byte is checked.
//
//   client 10.0.1.1 ---- box ---- path 0 ---- 10.0.9.1 server
//          10.0.2.1 ---- box ---- path 1 ---- 10.0.9.1
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "sim/middlebox_registry.h"
#include "sim/middlebox_segment.h"
#include "sim/simulation.h"
#include "sim/transfer.h"

namespace mptcpp::boxes {

using sim::ParameterMap;
using sim::Transfer;
using sim::TransferPlan;

struct WorldOptions {
  std::size_t paths = 1;
  bool checksum = false;
  std::uint64_t bytes = 300'000;       // client to server
  std::uint64_t bytes_back = 100'000;  // server to client
  double loss = 0;                     // behind the boxes
  double reorder = 0;
  std::optional<Bytes> buffer{};  // of the links
  Duration pause{};  // of the client, between the handshake and its first byte
  TcpOptions tcp{};
  std::uint64_t seed = 1;
  bool from_server = false;         // the paths' near end, and so the inside of boxes that have one, is the server's
  bool to_virtual_address = false;  // the client connects to VirtualAddress(), which some box must translate
};

// Counts what carries MPTCP options, to see that there are none after a fallback.
class Watcher final : public sim::Middlebox {
 public:
  std::uint64_t options_seen() const { return options_seen_; }
  std::uint64_t syns_seen() const { return syns_seen_; }
  std::uint64_t data_segments() const { return data_segments_; }

 private:
  void Process(sim::PacketPtr packet, sim::Direction direction) override {
    const sim::SegmentEdit segment(*packet);
    if (!segment.Has(wire::kFlagSyn) && !segment.Find(wire::kMptcpKind).empty()) ++options_seen_;
    if (segment.IsSyn()) ++syns_seen_;
    data_segments_ += !segment.payload().empty();
    Pass(std::move(packet), direction);
  }
  std::uint64_t options_seen_ = 0, syns_seen_ = 0, data_segments_ = 0;
};

class World {
 public:
  static IpAddress ClientAddress(std::size_t path) { return IpAddress::V4(10, 0, static_cast<std::uint8_t>(path + 1), 1); }
  static IpAddress PublicAddress(std::size_t path) { return IpAddress::V4(5, 0, static_cast<std::uint8_t>(path + 1), 1); }
  static IpAddress ServerAddress() { return IpAddress::V4(10, 0, 9, 1); }
  static IpAddress VirtualAddress() { return IpAddress::V4(10, 0, 8, 1); }
  static SocketAddress ServerSocket() { return {ServerAddress(), 21}; }

  explicit World(const WorldOptions& options)
      : options_(options), sim(options.seed), client(sim.AddHost("client", {})), server(sim.AddHost("server", {})) {
    connection.checksum = options.checksum;
    connection.tcp = options.tcp;
    sim.AddAddress(server, ServerAddress());
    for (std::size_t i = 0; i < options.paths; ++i) AddPath(i);
  }

  // Appends a box by its registered name.
  sim::Middlebox& Box(std::size_t path, std::string_view name, const ParameterMap& parameters = {}) {
    auto box = sim::MakeMiddlebox(name, parameters);
    if (!box) {
      ADD_FAILURE() << box.error();
      std::abort();
    }
    return paths[path]->middleboxes().Add(std::move(*box));
  }
  Watcher& Watch(std::size_t path) { return paths[path]->middleboxes().Add(std::make_unique<Watcher>()); }

  // Opens, transfers and closes; returns when both sides are done or after `limit`.
  bool Run(Duration limit = Duration::Seconds(60)) {
    Start();
    const bool done =
        sim.RunUntil([this] { return client_end->IsDone() && (server_end == nullptr || server_end->IsDone()); }, limit);
    client_end->RefreshInfo();
    if (server_end != nullptr) server_end->RefreshInfo();
    return done;
  }
  void Start() {
    server.Add(std::make_unique<sim::Acceptor>(
        server, ServerSocket(), connection, [this](sim::Host& host, ConnectionId id, Instant now) {
          ++accepted;
          TransferPlan plan{.bytes = options_.bytes_back, .send_pattern = 2, .receive_pattern = 1};
          if (server_end != nullptr) plan.bytes = 0;  // a connection that nobody meant
          Transfer& end = host.Add(std::make_unique<Transfer>(host, plan));
          if (server_end == nullptr) server_end = &end;
          end.Adopt(id, now);
        }));
    const TransferPlan plan{.bytes = options_.bytes, .send_pattern = 1, .receive_pattern = 2, .pause = options_.pause};
    client_end = &client.Add(std::make_unique<Transfer>(client, plan));
    ConnectionOptions offered = connection;
    if (client_version) offered.version = *client_version;
    const SocketAddress target = options_.to_virtual_address ? SocketAddress{VirtualAddress(), 21} : ServerSocket();
    client_end->Connect({ClientAddress(0), 0}, target, offered, sim.now());
    client.Kick();
  }

  const sim::TransferResult& client_result() const { return client_end->result(); }
  const sim::TransferResult& server_result() const { return server_end->result(); }
  // Every byte arrived on both sides, and both closed in order.
  bool IsIntact() const {
    return server_end != nullptr && HasNoWrongByte() && client_result().closed && server_result().closed &&
           client_result().bytes_received == options_.bytes_back && server_result().bytes_received == options_.bytes;
  }
  bool HasNoWrongByte() const {
    return !client_result().first_difference && (server_end == nullptr || !server_result().first_difference);
  }
  // Gave up on at least one side, saying so.
  bool HasFailed() const { return client_result().failure || (server_end != nullptr && server_result().failure); }
  bool IsIntactOrFailed() const { return IsIntact() || (HasNoWrongByte() && HasFailed()); }
  void AddClientEndpoint(std::size_t path) {
    PathEndpoint endpoint;
    endpoint.address = ClientAddress(path);
    endpoint.subflow = true;
    EXPECT_TRUE(client.endpoint().AddPathEndpoint(endpoint, sim.now()));
  }
  int subflow_errors() const {
    return client_result().subflow_errors + (server_end == nullptr ? 0 : server_result().subflow_errors);
  }
  std::uint64_t Count(Counter counter) const {
    return client.endpoint().counters()[counter] + server.endpoint().counters()[counter];
  }

 private:
  WorldOptions options_;

 public:
  sim::Simulation sim;
  sim::Host& client;
  sim::Host& server;
  ConnectionOptions connection;  // of both sides
  std::optional<VersionPolicy> client_version{};  // where the client differs
  std::vector<sim::Path*> paths;
  Transfer* client_end = nullptr;
  Transfer* server_end = nullptr;
  int accepted = 0;

 private:
  void AddPath(std::size_t i) {
    sim.AddAddress(client, ClientAddress(i));
    const sim::LinkOptions link{.rate = Rate::MegabitsPerSecond(10),
                                .delay = Duration::Millis(10 + 5 * static_cast<std::int64_t>(i)),
                                .buffer = options_.buffer,
                                .loss = options_.loss,
                                .reorder = options_.reorder};
    sim::PathOptions path{.from = {ClientAddress(i), PublicAddress(i)}, .to = {ServerAddress()}, .there = link};
    if (options_.to_virtual_address) path.to.push_back(VirtualAddress());
    if (options_.from_server) path.from.swap(path.to);
    paths.push_back(&sim.AddPath("path" + std::to_string(i), path));
    if (i > 0) AddClientEndpoint(i);
  }
};

// For failures: what each side saw.
inline std::ostream& operator<<(std::ostream& out, const World& world) {
  const auto one = [&out](const char* name, const Transfer* end) {
    if (end == nullptr) {
      out << name << ": no connection\n";
      return;
    }
    const sim::TransferResult& r = end->result();
    out << name << ": " << ToString(r.mode) << ", " << ToString(r.fallback) << "; sent " << r.bytes_sent << ", received "
        << r.bytes_received << (r.peer_closed ? ", peer closed" : "") << (r.closed ? ", closed" : "");
    if (r.failure) out << ", failed: " << ToString(*r.failure);
    if (r.first_difference) out << ", first wrong byte at " << *r.first_difference;
    out << "; subflows " << r.info.subflow_count << " of " << r.info.subflows_total << ", data state " << ToString(r.info.state)
        << "\n";
  };
  one("client", world.client_end);
  one("server", world.server_end);
  out << "accepted " << world.accepted << ", at " << world.sim.elapsed().seconds() << " s";
  for (const auto& path : world.paths) {
    for (const auto& box : path->middleboxes().boxes()) {
      const sim::MiddleboxCounters& c = box->counters();
      out << "\n"
          << box->name() << ": seen " << c.seen << ", passed " << c.passed << ", dropped " << c.dropped << ", changed "
          << c.changed << ", injected " << c.injected;
    }
  }
  return out;
}

#define EXPECT_MODE(transfer, expected_mode, expected_fallback)  \
  EXPECT_EQ(ToString((transfer).mode), ToString(expected_mode)); \
  EXPECT_EQ(ToString((transfer).fallback), ToString(expected_fallback))

}  // namespace mptcpp::boxes
