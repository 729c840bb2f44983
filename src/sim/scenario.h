// SPDX-License-Identifier: Apache-2.0
// An experiment as a value: hosts, paths, applications, a script of changes. Read from a file (scenario_file.h) or written in
// C++; RunScenario() plays it and returns everything worth knowing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mptcpp/options.h"
#include "sim/link.h"
#include "sim/middlebox_registry.h"
#include "sim/request_response.h"
#include "sim/simulation.h"
#include "sim/transfer.h"

namespace mptcpp::sim {

struct HostSpec {
  std::string name;
  std::vector<IpAddress> addresses;
  std::vector<PathEndpoint> endpoints;  // as `ip mptcp endpoint add`
  HostOptions options;
};

struct PathSpec {
  std::string name;
  PathOptions options;
};

// Boxes of one path stand in the order of the list, the first nearest to the path's `from` side (middlebox_registry.h).
struct MiddleboxSpec {
  std::string path, kind;
  ParameterMap parameters;
};

struct BulkSpec {
  std::string name;
  SocketAddress from, to;         // the client's and the server's address
  Duration start{};
  std::uint64_t bytes = 0;        // client to server; TransferPlan::kEndless
  std::uint64_t bytes_back = 0;   // server to client
  CloseMode close = CloseMode::kShutdownWhenSent;
};

struct RequestSpec {
  std::string name;
  SocketAddress from, to;
  Duration start{};
  RequestPlan plan;
};

// One step of the script. What is not given stays as it is.
struct PathChange {
  std::string path;
  bool there = true, back = true;
  std::optional<bool> up;
  std::optional<Rate> rate;
  std::optional<Duration> delay, jitter;
  std::optional<double> loss;
};
struct EndpointChange {
  enum class What : std::uint8_t { kAdd, kRemove, kBackup, kRegular };
  std::string host;
  What what = What::kAdd;
  PathEndpoint endpoint;
};
struct ScriptStep {
  Duration at{};
  std::variant<PathChange, EndpointChange> change;
};

struct Scenario {
  std::string name;
  std::uint64_t seed = 1;
  Duration duration = Duration::Seconds(10);  // at most; a run ends when all applications are done
  ConnectionOptions connection;
  std::vector<HostSpec> hosts;
  std::vector<PathSpec> paths;
  std::vector<MiddleboxSpec> middleboxes;
  std::vector<BulkSpec> bulk;
  std::vector<RequestSpec> requests;
  std::vector<ScriptStep> script;
};

struct BulkOutcome {
  std::string name;
  bool foreign_client = false, foreign_server = false;  // that side was somebody else's, and is not known
  TransferResult client, server;
  bool accepted = false;
};
struct RequestOutcome {
  std::string name;
  RequestResult result;
  std::vector<SubflowInfo> subflows;
};
struct LinkOutcome {
  std::string name;
  LinkCounters counters;
};

struct MiddleboxOutcome {
  std::string name, kind;  // "<path>/<number>"
  MiddleboxCounters counters;
};

struct ScenarioResult {
  Duration simulated;
  bool real_time = false;  // then `packets` counts super-segments once, and the hash is no run's but this one's
  std::uint64_t packets = 0, hash = 0;
  std::vector<BulkOutcome> bulk;
  std::vector<RequestOutcome> requests;
  std::vector<LinkOutcome> links;
  std::vector<MiddleboxOutcome> middleboxes;
  std::string capture_error;  // empty: the capture, if any, is whole
  bool AllIntact() const;     // no application saw a wrong byte
};

// Plays a scenario in the real world: a clock in place of virtual time, devices between hosts and network.
class Stage {
 public:
  virtual ~Stage() = default;
  // The host's TCP and applications are somebody else's, behind an Exit.
  virtual bool IsForeign(const std::string& host) const = 0;
  // Everything is set up; plays until `is_done`, at most for `limit`.
  virtual void Play(Simulation& simulation, const std::function<bool()>& is_done, Duration limit) = 0;
};

struct RunOptions {
  // One capture per host, "out.pcap" becoming "out.<host>.pcap"; empty: none.
  std::string capture_path;
  Stage* stage = nullptr;  // not owned; null: virtual time
};

// Names and addresses are assumed to be consistent (the file reader checks them).
ScenarioResult RunScenario(const Scenario& scenario, const RunOptions& options = {});

}  // namespace mptcpp::sim
