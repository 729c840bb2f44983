// SPDX-License-Identifier: Apache-2.0
// A client with one address per path, a server with one address, and bulk transfers between them: the world of most scenarios.
//
//   client 10.0.1.1 ---- path 0 ---- 10.0.9.1 server
//          10.0.2.1 ---- path 1 ---- 10.0.9.1
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/simulation.h"
#include "sim/transfer.h"

namespace mptcpp::scenario {

using sim::CloseMode;
using sim::LinkOptions;
using sim::Transfer;
using sim::TransferPlan;

struct WorldOptions {
  std::uint64_t seed = 1;
  std::vector<sim::PathOptions> paths;  // from and to are filled in
  sim::HostOptions client{}, server{};
  ConnectionOptions connection{};
  bool join_automatically = true;       // an endpoint with the subflow flag per further address
  std::uint32_t backup_mask = 0;        // bit i: the endpoint of path i is a backup
};

// One connection, both ends.
struct Pair {
  Transfer* client = nullptr;
  Transfer* server = nullptr;
};

class World {
 public:
  static IpAddress ClientAddress(std::size_t path) { return IpAddress::V4(10, 0, static_cast<std::uint8_t>(path + 1), 1); }
  static IpAddress ServerAddress() { return IpAddress::V4(10, 0, 9, 1); }

  explicit World(const WorldOptions& options)
      : sim(options.seed), client(sim.AddHost("client", options.client)), server(sim.AddHost("server", options.server)),
        connection_(options.connection) {
    sim.AddAddress(server, ServerAddress());
    for (std::size_t i = 0; i < options.paths.size(); ++i) {
      sim.AddAddress(client, ClientAddress(i));
      sim::PathOptions path = options.paths[i];
      path.from = {ClientAddress(i)};
      path.to = {ServerAddress()};
      paths.push_back(&sim.AddPath("path" + std::to_string(i), path));
      if (i == 0 || !options.join_automatically) continue;
      AddEndpoint(i, (options.backup_mask & (1u << i)) != 0);
    }
  }

  void AddEndpoint(std::size_t path, bool backup = false) {
    PathEndpoint endpoint;
    endpoint.address = ClientAddress(path);
    endpoint.subflow = true;
    endpoint.backup = backup;
    static_cast<void>(client.endpoint().AddPathEndpoint(endpoint, sim.now()));
    client.Kick();
  }

  // A connection that begins at once (or after `start`), with options of its own if it is not to have those of the world. The
  // plans' patterns are set here.
  Pair& Connect(TransferPlan up, TransferPlan down, Duration start = Duration::Zero(),
                const std::optional<ConnectionOptions>& own_options = std::nullopt) {
    const ConnectionOptions& options = own_options ? *own_options : connection_;
    auto pair = std::make_unique<Pair>();
    Pair* const raw = pair.get();
    pairs.push_back(std::move(pair));
    const auto n = pairs.size();
    up.send_pattern = down.receive_pattern = n * 2;
    down.send_pattern = up.receive_pattern = n * 2 + 1;
    const SocketAddress to{ServerAddress(), static_cast<std::uint16_t>(1000 + n)};
    server.Add(std::make_unique<sim::Acceptor>(server, to, options, [raw, down](sim::Host& host, ConnectionId id, Instant now) {
      raw->server = &host.Add(std::make_unique<Transfer>(host, down));
      raw->server->Adopt(id, now);
    }));
    raw->client = &client.Add(std::make_unique<Transfer>(client, up));
    raw->client->Connect({ClientAddress(0), 0}, to, options, sim.now() + start);
    return *raw;
  }
  // Client to server only, ended by the client after the last byte.
  Pair& Upload(std::uint64_t bytes) {
    return Connect({.bytes = bytes, .close = CloseMode::kShutdownWhenSent}, {.bytes = 0, .close = CloseMode::kShutdownAtEnd});
  }

  sim::Simulation sim;
  sim::Host& client;
  sim::Host& server;
  std::vector<sim::Path*> paths;
  std::vector<std::unique_ptr<Pair>> pairs;

 private:
  ConnectionOptions connection_;
};

inline sim::PathOptions Symmetric(double mbps, std::int64_t rtt_ms, double loss = 0) {
  sim::PathOptions path;
  path.there.rate = Rate::MegabitsPerSecond(mbps);
  path.there.delay = Duration::Micros(rtt_ms * 500);
  path.there.loss = loss;
  return path;
}

}  // namespace mptcpp::scenario
