// SPDX-License-Identifier: Apache-2.0
// The little network of the scenarios, in virtual time: a client and a server with two addresses each, and what lies between.
//
//   client 10.0.1.1 ----- path 1, 10 ms ----- 10.0.9.1 server        to the server's second address: paths 3 (from the client's
//          10.0.2.1 ----- path 2, 15 ms ----- 10.0.9.1               first address) and 4 (from its second), 20 ms each
//
// With WorldOptions::farm there are four servers behind a balancer at 10.0.8.1, and paths 1 and 2 are one path through it.
//
// All is decided by the seed. Links have no rate, so that what leaves at once arrives at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/party.h"
#include "scenarios/recorder.h"
#include "sim/middlebox_registry.h"
#include "sim/random_stream.h"
#include "sim/simulation.h"
#include "sim/transfer.h"

namespace mptcpp::scenarios {

// Four servers behind one address. The one that is told about is where the balancer sends the first connection.
struct FarmOptions {
  const char* policy = "round-robin";  // of the middlebox "balance"
  bool token_shards = false;           // the tokens of each server name it
  int place = 0;                       // of that server among the four
};

struct WorldOptions {
  ConnectionOptions client, server;
  std::optional<std::uint64_t> client_key;  // instead of a random one
  bool tcp_options = false;                 // window scale and timestamps too, which pictures of MPTCP can do without
  EndpointOptions server_endpoint{};
  std::optional<FarmOptions> farm{};
  bool one_bottleneck = false;              // paths 1 and 2 are one path, which others may use as well
};

class World {
 public:
  static constexpr std::uint16_t kPort = 80;
  static constexpr std::uint16_t kClientPort = 40000;

  explicit World(const WorldOptions& options);
  ~World();

  // --- time ---
  void Run(Duration time) { sim_.Run(time); }
  void RunMs(std::int64_t milliseconds) { Run(Duration::Millis(milliseconds)); }
  Instant now() const { return sim_.now(); }

  // --- beginning ---
  // The server listens, the client's SYN leaves; with what is written at the same moment, if it may (RFC 7413).
  void Connect();
  // An earlier connection, of which the story does not tell: the client knows the server's fast-open cookie afterwards.
  void LearnCookie();
  void Open();               // Connect(), and the handshake is over
  // Open(), and so much data both ways that the figures' numbers are next and ACKs are no longer hurried; the story begins here.
  void OpenAt(std::size_t client_seq, std::size_t server_seq);
  void Exchange();           // "hi" and "ho": afterwards both sides know that the path carries MPTCP
  void OpenTwo();            // Open(), Exchange(), and a second subflow from the client's second address

  // --- the network. `which` is a line of the notation without a sender: "data[seq=1]", or with one: "C2>S SYN" ---
  void Lose(std::string_view which, int times = 1);
  // Changed on the way: the picture shows what left, the receiver gets something else.
  void Change(std::string_view which, Edit edit, int times = 1);
  sim::Path& path(int number) { return *paths_.at(static_cast<std::size_t>(number - 1)); }
  void Cut(int number) { path(number).SetUp(false); }
  void Mend(int number) { path(number).SetUp(true); }
  // A middlebox of the simulator by its registered name.
  void Box(int path, std::string_view name, const sim::ParameterMap& parameters = {});
  // A plain TCP between two other hosts over the only bottleneck: as many bytes as can be sent, with this congestion control.
  void Compete(const char* congestion);
  std::uint64_t bytes_of_competitor() const;
  // MP_JOINs that reached a server that knows nothing of their connection.
  std::uint64_t LostJoins() const;
  // The client's second address is a private one behind this translator.
  void TranslateAddress();

  // --- saying what must hold in between; what does not is reported with the scenario's outcome ---
  void Require(bool holds, std::string_view what);
  void RequireClient(std::string_view facts) { RequireFacts(client, facts); }
  void RequireServer(std::string_view facts) { RequireFacts(server, facts); }
  // What crossed the wire before is neither compared nor drawn.
  void Begin();
  std::size_t beginning() const { return beginning_; }  // index of the first segment
  const std::vector<std::string>& failures() const { return failures_; }

  Recorder recorder;

 private:
  class Road;
  void RequireFacts(const Party& party, std::string_view facts);
  sim::Path& AddPath(int client_address, int server_address, std::int64_t delay_ms);
  sim::Path& AddPath(const char* name, const std::vector<IpAddress>& from, const std::vector<IpAddress>& to, std::int64_t delay_ms);
  void BuildFarm();
  void BuildBottleneck();

  WorldOptions options_;
  sim::RandomStream client_chance_;
  std::unique_ptr<RandomSource> client_random_;
  sim::Simulation sim_;
  std::vector<sim::Path*> paths_;
  std::vector<std::unique_ptr<Road>> roads_;
  std::vector<Party*> other_servers_;  // of a farm
  sim::Transfer* competitor_ = nullptr;  // its receiving end
  std::vector<std::string> failures_;
  std::size_t beginning_ = 0;
  bool listening_ = false;

 public:
  Party& client;
  Party& server;
};

// --- options of the worlds ---
WorldOptions Tcp();    // plain
WorldOptions Mptcp();  // without automatic retries and joins: what is not asked for does not happen

}  // namespace mptcpp::scenarios
