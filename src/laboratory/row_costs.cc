// SPDX-License-Identifier: Apache-2.0
// What things cost on this machine (NSDI 2012, section 4). Processor time, not simulated time: these are the only rows whose values differ
// between two runs with the same seed.
#include <string>

#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

// --- row 36 ---

// Opens `count` multipath connections over a link without delay or limit; the seconds that took.
double OpenConnections(sim::Simulation& simulation, sim::Host& client, const SocketAddress& local, const SocketAddress& remote, int count) {
  const double start = ProcessorSeconds();
  for (int opened = 0; opened < count;) {
    for (int i = 0; i < 100 && opened < count; ++i, ++opened) {
      static_cast<void>(client.endpoint().Connect(local, remote, {}, simulation.now()));
    }
    client.Kick();
    simulation.Run(Duration::Millis(1));
  }
  return ProcessorSeconds() - start;
}

RunOutcome RunOpening(const RunContext& context, int live) {
  constexpr int kMeasured = 1000;
  const IpAddress a = IpAddress::V4(10, 0, 1, 1), b = IpAddress::V4(10, 0, 9, 1);
  sim::Simulation simulation(context.seed);
  sim::Host& client = simulation.AddHost("client");
  sim::Host& server = simulation.AddHost("server");
  simulation.AddAddress(client, a);
  simulation.AddAddress(server, b);
  simulation.AddPath("path", {.from = {a}, .to = {b}});
  server.Add(std::make_unique<sim::Acceptor>(server, SocketAddress{b, 80}, ConnectionOptions(), [](sim::Host&, ConnectionId, Instant) {}, 20'000));
  OpenConnections(simulation, client, {a, 0}, {b, 80}, live);
  const double seconds = OpenConnections(simulation, client, {a, 0}, {b, 80}, kMeasured);
  return {.values = {{"microseconds", 1e6 * seconds / kMeasured}}, .series = {}};
}

constexpr int kLive[] = {0, 100, 1000, 10'000};
std::string LiveName(int live) { return std::to_string(live) + " live"; }

std::vector<Variant> OpeningVariants() {
  std::vector<Variant> variants;
  for (const int live : kLive) variants.push_back({LiveName(live), {}, {}, [live](const RunContext& context) { return RunOpening(context, live); }});
  return variants;
}

void AnalyseOpening(Analysis& analysis) {
  for (const int live : kLive) analysis.Row(LiveName(live), "microseconds", "per connection opened, us");
  const double ratio = analysis.Mean(LiveName(10'000), "microseconds") / analysis.Mean(LiveName(0), "microseconds");
  analysis.Require("10 000 live connections cost at most 1.3 times none", {{"0 live", "microseconds"}, {"10000 live", "microseconds"}}, ratio <= 1.3, std::to_string(ratio).substr(0, 4));
}

// --- row 38 ---

RunOutcome RunChecksum(const RunContext& context, bool checksum, std::uint16_t mtu) {
  const IpAddress a = IpAddress::V4(10, 0, 1, 1), b = IpAddress::V4(10, 0, 9, 1);
  sim::Simulation simulation(context.seed);
  sim::Host& client = simulation.AddHost("client");
  sim::Host& server = simulation.AddHost("server");
  simulation.AddAddress(client, a);
  simulation.AddAddress(server, b);
  simulation.AddPath("path", {.from = {a}, .to = {b}, .there = {.rate = Rate::MegabitsPerSecond(10'000), .delay = Duration::Micros(50), .buffer = Bytes::MiB(4)}});
  ConnectionOptions options;
  options.checksum = checksum;
  options.tcp.mtu = mtu;
  const sim::TransferPlan down{.close = sim::CloseMode::kShutdownAtEnd, .send_pattern = 2, .receive_pattern = 1};
  server.Add(std::make_unique<sim::Acceptor>(server, SocketAddress{b, 80}, options, [down](sim::Host& host, ConnectionId id, Instant now) {
    host.Add(std::make_unique<sim::Transfer>(host, down)).Adopt(id, now);
  }));
  const std::uint64_t bytes = context.quick ? 20'000'000 : 200'000'000;
  auto& sender = client.Add(std::make_unique<sim::Transfer>(client, sim::TransferPlan{.bytes = bytes, .send_pattern = 1, .receive_pattern = 2}));
  sender.Connect({a, 0}, {b, 80}, options, simulation.now());
  const double start = ProcessorSeconds();
  simulation.RunUntilDone(Duration::Seconds(100));
  return {.values = {{"rate", static_cast<double>(bytes) * 8e-9 / (ProcessorSeconds() - start)}}, .series = {}};
}

std::vector<Variant> ChecksumVariants() {
  return {{"MTU 1500, off", {}, {}, [](const RunContext& c) { return RunChecksum(c, false, 1500); }},
          {"MTU 1500, on", {}, {}, [](const RunContext& c) { return RunChecksum(c, true, 1500); }},
          {"MTU 8540, off", {}, {}, [](const RunContext& c) { return RunChecksum(c, false, 8540); }},
          {"MTU 8540, on", {}, {}, [](const RunContext& c) { return RunChecksum(c, true, 8540); }}};
}

void AnalyseChecksum(Analysis& analysis) {
  for (const char* name : {"MTU 1500, off", "MTU 1500, on", "MTU 8540, off", "MTU 8540, on"}) analysis.Row(name, "rate", "Gbit/s, both ends and the simulator on one core");
}

}  // namespace

const Experiment kSynCost{
    .number = 36, .name = "syn-cost", .title = "What opening a connection costs among many",
    .setup = "A server with 0 to 10 000 live connections; 1000 more are opened over a link without delay. Processor time per connection, both ends and "
             "the simulator together.",
    .source = "NSDI 2012: the cost grew with the number of connections in the kernel of 2012; from memory",
    .criterion = "with 10 000 at most 1.3 times as much as with none",
    .deterministic = false, .variants = OpeningVariants, .analyse = AnalyseOpening};

const Experiment kChecksumCost{
    .number = 38, .name = "checksum-cost", .title = "What DSS checksums cost",
    .setup = "Bulk over one subflow, segments of 1500 and 8540 bytes, DSS checksums off and on. Processor time, both ends and the simulator together.",
    .source = "NSDI 2012: about 30 % with jumbo frames, little at 1500; from memory",
    .criterion = "report only",
    .seeds = 3, .deterministic = false, .variants = ChecksumVariants, .analyse = AnalyseChecksum};

}  // namespace mptcpp::laboratory
