// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "sim/toml_table.h"

namespace mptcpp::sim {
namespace {

template <typename T, typename U>
void Set(T& target, const std::optional<U>& value) {
  if (value) target = static_cast<T>(*value);
}

void ReadEndpointFlags(TomlTable& table, PathEndpoint& endpoint) {
  for (const std::string& flag : table.Strings("flags")) {
    if (flag == "signal") endpoint.signal = true;
    else if (flag == "subflow") endpoint.subflow = true;
    else if (flag == "backup") endpoint.backup = true;
    else if (flag == "fullmesh") endpoint.fullmesh = true;
    else table.Fail("flags", "may hold: signal, subflow, backup, fullmesh");
  }
}

PathEndpoint ReadEndpoint(TomlTable table) {
  PathEndpoint endpoint;
  endpoint.address = table.Address("address");
  Set(endpoint.port, table.Integer("port", 1, 65535));
  ReadEndpointFlags(table, endpoint);
  table.RefuseUnknownKeys();
  return endpoint;
}

HostSpec ReadHost(TomlTable table) {
  HostSpec host;
  host.name = table.String("name");
  host.addresses = table.Addresses("addresses");
  Set(host.options.keep_super_segments, table.Bool("gso"));
  Set(host.options.merge_on_receive, table.Bool("gro"));
  Set(host.options.receive_interval, table.Time("receive_interval"));
  for (TomlTable& entry : table.Tables("endpoint", "[[host.endpoint]]")) host.endpoints.push_back(ReadEndpoint(entry));
  table.RefuseUnknownKeys();
  return host;
}

void ReadLink(TomlTable& table, LinkOptions& link) {
  Set(link.rate, table.Speed("rate"));
  Set(link.delay, table.Time("delay"));
  Set(link.jitter, table.Time("jitter"));
  if (const auto buffer = table.Size("buffer")) link.buffer = *buffer;
  if (const auto threshold = table.Size("ecn_threshold")) link.ecn_threshold = *threshold;
  Set(link.loss, table.Fraction("loss"));
  Set(link.loss_burst, table.Number("loss_burst", 1));
  Set(link.early_drop, table.Fraction("early_drop"));
  Set(link.reorder, table.Fraction("reorder"));
  Set(link.reorder_delay, table.Time("reorder_delay"));
  Set(link.duplicate, table.Fraction("duplicate"));
  Set(link.corrupt, table.Fraction("corrupt"));
  Set(link.up, table.Bool("up"));
}

PathSpec ReadPath(TomlTable table) {
  PathSpec path;
  path.name = table.String("name");
  path.options.from = table.Addresses("from");
  path.options.to = table.Addresses("to");
  ReadLink(table, path.options.there);
  if (auto back = table.Table("back", "[path.back]")) {
    path.options.back = path.options.there;
    ReadLink(*back, *path.options.back);
    back->RefuseUnknownKeys();
  }
  table.RefuseUnknownKeys();
  return path;
}

MiddleboxSpec ReadMiddlebox(TomlTable table) {
  MiddleboxSpec box;
  box.kind = table.String("kind");
  box.path = table.String("path");
  box.parameters = table.Rest();
  if (const auto made = MakeMiddlebox(box.kind, box.parameters); !made) table.Fail(made.error());
  return box;
}

void ReadTcp(TomlTable table, TcpOptions& tcp) {
  Set(tcp.mtu, table.Integer("mtu", 576, 65535));
  Set(tcp.min_rto, table.Time("min_rto"));
  Set(tcp.delayed_ack, table.Time("delayed_ack"));
  Set(tcp.user_timeout, table.Time("user_timeout"));
  Set(tcp.no_delay, table.Bool("no_delay"));
  Set(tcp.timestamps, table.Bool("timestamps"));
  Set(tcp.sack, table.Bool("sack"));
  Set(tcp.ecn, table.Bool("ecn"));
  Set(tcp.pacing, table.Bool("pacing"));
  Set(tcp.initial_window_segments, table.Integer("initial_window_segments", 1, 1000));
  table.RefuseUnknownKeys();
}

void ReadConnection(TomlTable table, ConnectionOptions& options) {
  Set(options.multipath, table.Bool("multipath"));
  if (const auto version = table.Choice("version", {"1", "0", "auto"})) options.version = static_cast<VersionPolicy>(*version);
  Set(options.checksum, table.Bool("checksum"));
  if (auto name = table.OptionalString("congestion")) options.congestion = *name;
  if (auto name = table.OptionalString("scheduler")) options.scheduler = *name;
  Set(options.send_buffer, table.Size("send_buffer"));
  Set(options.receive_buffer, table.Size("receive_buffer"));
  Set(options.initial_receive_buffer, table.Size("initial_receive_buffer"));
  options.initial_receive_buffer = Smaller(options.initial_receive_buffer, options.receive_buffer);
  Set(options.subflows_limit, table.Integer("subflows_limit", 0, 64));
  Set(options.opportunistic_retransmission, table.Bool("opportunistic_retransmission"));
  Set(options.penalisation, table.Bool("penalisation"));
  Set(options.ports_per_path, table.Integer("ports_per_path", 1, 8));
  Set(options.close_timeout, table.Time("close_timeout"));
  Set(options.subflow_retry, table.Time("subflow_retry"));
  if (auto tcp = table.Table("tcp", "[connection.tcp]")) ReadTcp(*tcp, options.tcp);
  table.RefuseUnknownKeys();
}

std::uint64_t ReadBytes(TomlTable& table, std::string_view key) {
  if (table.Has(key) && table.OptionalString(key) == "endless") return TransferPlan::kEndless;
  const auto bytes = table.Size(key);
  return bytes ? static_cast<std::uint64_t>(bytes->count()) : 0;
}

BulkSpec ReadBulk(TomlTable table) {
  BulkSpec bulk;
  bulk.name = table.OptionalString("name").value_or("bulk");
  bulk.from = {table.Address("from"), 0};
  bulk.to = table.AddressWithPort("to");
  Set(bulk.start, table.Time("start"));
  bulk.bytes = ReadBytes(table, "bytes");
  bulk.bytes_back = ReadBytes(table, "bytes_back");
  constexpr CloseMode kModes[] = {CloseMode::kShutdownWhenSent, CloseMode::kCloseWhenSent, CloseMode::kAbortWhenSent, CloseMode::kStayOpen};
  if (const auto mode = table.Choice("close", {"shutdown", "close", "abort", "stay"})) bulk.close = kModes[*mode];
  table.RefuseUnknownKeys();
  if (bulk.bytes == 0 && bulk.bytes_back == 0) table.Fail("bytes or bytes_back is missing");
  return bulk;
}

RequestSpec ReadRequests(TomlTable table) {
  RequestSpec requests;
  requests.name = table.OptionalString("name").value_or("requests");
  requests.from = {table.Address("from"), 0};
  requests.to = table.AddressWithPort("to");
  Set(requests.start, table.Time("start"));
  Set(requests.plan.interval, table.Time("interval"));
  if (const auto size = table.Size("request")) requests.plan.request_bytes = static_cast<std::uint32_t>(size->count());
  if (const auto size = table.Size("response")) requests.plan.response_bytes = static_cast<std::uint32_t>(size->count());
  Set(requests.plan.count, table.Integer("count", 1, 1'000'000));
  table.RefuseUnknownKeys();
  if (requests.plan.interval <= Duration::Zero()) table.Fail("interval", "must be longer than nothing");
  if (requests.plan.request_bytes == 0 || requests.plan.response_bytes == 0) table.Fail("request and response need at least one byte");
  return requests;
}

PathChange ReadPathChange(TomlTable& table) {
  PathChange change;
  change.path = table.String("path");
  if (const auto direction = table.Choice("direction", {"both", "there", "back"})) {
    change.there = *direction != 2;
    change.back = *direction != 1;
  }
  change.up = table.Bool("up");
  change.rate = table.Speed("rate");
  change.delay = table.Time("delay");
  change.jitter = table.Time("jitter");
  change.loss = table.Fraction("loss");
  return change;
}

EndpointChange ReadEndpointChange(TomlTable& table) {
  using What = EndpointChange::What;
  EndpointChange change;
  change.host = table.String("host");
  constexpr std::pair<std::string_view, What> kWords[] = {
      {"add", What::kAdd}, {"remove", What::kRemove}, {"backup", What::kBackup}, {"regular", What::kRegular}};
  int given = 0;
  for (const auto& [word, what] : kWords) {
    if (!table.Has(word)) continue;
    ++given;
    change.what = what;
    change.endpoint.address = table.Address(word);
  }
  if (given != 1) table.Fail("a step for a host has exactly one of add, remove, backup, regular");
  if (change.what == What::kAdd) ReadEndpointFlags(table, change.endpoint);
  return change;
}

ScriptStep ReadStep(TomlTable table) {
  ScriptStep step;
  const auto at = table.Time("at");
  if (!at) table.Fail("at is missing");
  step.at = *at;
  if (table.Has("path") == table.Has("host")) table.Fail("a step has either a path or a host");
  if (table.Has("path")) {
    step.change = ReadPathChange(table);
  } else {
    step.change = ReadEndpointChange(table);
  }
  table.RefuseUnknownKeys();
  return step;
}

// What the steps and applications name has to exist. Reports where: by table, not by line of the name's definition.
class Names {
 public:
  explicit Names(const Scenario& scenario) : scenario_(scenario) {}
  bool HasHost(const std::string& name) const { return Has(scenario_.hosts, name); }
  bool HasPath(const std::string& name) const { return Has(scenario_.paths, name); }
  // Of a host, or one that a middlebox answers for.
  bool HasAddress(const IpAddress& address) const {
    for (const MiddleboxSpec& box : scenario_.middleboxes) {
      for (const char* name : {"outside", "virtual"}) {
        const auto value = box.parameters.find(name);
        if (value != box.parameters.end() && IpAddress::Parse(value->second) == address) return true;
      }
    }
    return std::ranges::any_of(scenario_.hosts, [&](const HostSpec& host) {
      return std::ranges::find(host.addresses, address) != host.addresses.end();
    });
  }

 private:
  template <typename List>
  static bool Has(const List& list, const std::string& name) {
    return std::ranges::any_of(list, [&](const auto& entry) { return entry.name == name; });
  }
  const Scenario& scenario_;
};

void CheckNames(TomlTable& root, const Scenario& scenario) {
  const Names names(scenario);
  const auto must_have = [&](TomlTable& table, std::string_view key, const IpAddress& address) {
    if (!names.HasAddress(address)) table.Fail(key, fmt::format("= {} is no address of any host", address.ToString()));
  };
  const auto paths = root.Tables("path", "[[path]]");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    TomlTable table = paths[i];
    for (const auto& address : scenario.paths[i].options.from) must_have(table, "from", address);
    for (const auto& address : scenario.paths[i].options.to) must_have(table, "to", address);
  }
  auto boxes = root.Tables("middlebox", "[[middlebox]]");
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const std::string& path = scenario.middleboxes[i].path;
    if (!names.HasPath(path)) boxes[i].Fail("path", fmt::format("= \"{}\" does not exist", path));
  }
  auto bulk = root.Tables("bulk", "[[bulk]]");
  for (std::size_t i = 0; i < bulk.size(); ++i) {
    must_have(bulk[i], "from", scenario.bulk[i].from.address);
    must_have(bulk[i], "to", scenario.bulk[i].to.address);
  }
  auto requests = root.Tables("requests", "[[requests]]");
  for (std::size_t i = 0; i < requests.size(); ++i) {
    must_have(requests[i], "from", scenario.requests[i].from.address);
    must_have(requests[i], "to", scenario.requests[i].to.address);
  }
  auto script = root.Tables("script", "[[script]]");
  for (std::size_t i = 0; i < script.size(); ++i) {
    if (const auto* change = std::get_if<PathChange>(&scenario.script[i].change); change != nullptr && !names.HasPath(change->path)) {
      script[i].Fail("path", fmt::format("= \"{}\" does not exist", change->path));
    }
    if (const auto* change = std::get_if<EndpointChange>(&scenario.script[i].change); change != nullptr && !names.HasHost(change->host)) {
      script[i].Fail("host", fmt::format("= \"{}\" does not exist", change->host));
    }
  }
}

Scenario ReadAll(TomlTable root) {
  Scenario scenario;
  scenario.name = root.OptionalString("name").value_or("");
  Set(scenario.seed, root.Integer("seed", 0, INT64_MAX));
  Set(scenario.duration, root.Time("duration"));
  if (auto connection = root.Table("connection", "[connection]")) ReadConnection(*connection, scenario.connection);
  for (TomlTable& table : root.Tables("host", "[[host]]")) scenario.hosts.push_back(ReadHost(table));
  for (TomlTable& table : root.Tables("path", "[[path]]")) scenario.paths.push_back(ReadPath(table));
  for (TomlTable& table : root.Tables("middlebox", "[[middlebox]]")) scenario.middleboxes.push_back(ReadMiddlebox(table));
  for (TomlTable& table : root.Tables("bulk", "[[bulk]]")) scenario.bulk.push_back(ReadBulk(table));
  for (TomlTable& table : root.Tables("requests", "[[requests]]")) scenario.requests.push_back(ReadRequests(table));
  for (TomlTable& table : root.Tables("script", "[[script]]")) scenario.script.push_back(ReadStep(table));
  root.RefuseUnknownKeys();
  if (scenario.hosts.size() < 2) root.Fail("at least two [[host]] are needed");
  if (scenario.paths.empty()) root.Fail("at least one [[path]] is needed");
  if (scenario.bulk.empty() && scenario.requests.empty()) root.Fail("at least one [[bulk]] or [[requests]] is needed");
  CheckNames(root, scenario);
  return scenario;
}

}  // namespace

std::expected<Scenario, std::string> ParseScenario(std::string_view text, const std::string& name) {
  try {
    const toml::table table = toml::parse(text, name);
    return ReadAll(TomlTable(table, name, "the file"));
  } catch (const toml::parse_error& error) {
    return std::unexpected(fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  } catch (const ScenarioError& error) {
    return std::unexpected(error.message);
  }
}

std::expected<Scenario, std::string> ReadScenarioFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(path + ": cannot be read");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return ParseScenario(text, path);
}

}  // namespace mptcpp::sim
