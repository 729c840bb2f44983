// SPDX-License-Identifier: Apache-2.0
// Wischik et al., NSDI 2011: losses that no sender causes. A WiFi that loses much but answers fast, a 3G that loses less.
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

RunOutcome Run(const RunContext& context, const std::string& congestion, bool first, bool second) {
  Network network(context.seed);
  sim::Path& wifi = network.AddLink("wifi", {.mbps = 200, .rtt_ms = 10, .loss = 0.04});
  sim::Path& cellular = network.AddLink("3g", {.mbps = 200, .rtt_ms = 100, .loss = 0.01});
  std::vector<Route> routes;
  if (first) routes.push_back({&wifi});
  if (second) routes.push_back({&cellular});
  Flow& flow = network.AddFlow({.name = "flow", .congestion = congestion, .routes = routes});
  const Duration length = context.Length(300, 60), from = WarmUp(length);
  network.Run(length);
  return {.values = {{"rate", MbpsToPackets(flow.Mbps(from, length))}}, .series = {}};
}

std::vector<Variant> Variants() {
  std::vector<Variant> variants = PerController({"ewtcp", "lia", "balia", "olia", "coupled"}, [](const RunContext& context, const std::string& name) {
    return Run(context, name, true, true);
  });
  variants.push_back({"TCP, WiFi", {kUncoupled}, {}, [](const RunContext& context) { return Run(context, kUncoupled, true, false); }});
  variants.push_back({"TCP, 3G", {kUncoupled}, {}, [](const RunContext& context) { return Run(context, kUncoupled, false, true); }});
  return variants;
}

void Analyse(Analysis& analysis) {
  const double wifi = analysis.Mean("TCP, WiFi", "rate"), cellular = analysis.Mean("TCP, 3G", "rate");
  constexpr const char* kWhat = "packets/s";
  analysis.Row("TCP, WiFi", "rate", kWhat, {.value = 707, .mark = Mark::kMemory});
  analysis.Row("TCP, 3G", "rate", kWhat, {.value = 141, .mark = Mark::kMemory});
  analysis.Row("ewtcp", "rate", kWhat, {.value = 424, .mark = Mark::kMemory, .least = 0.425 * (wifi + cellular), .most = 0.575 * (wifi + cellular)});
  analysis.Row("coupled", "rate", kWhat, {.value = 141, .mark = Mark::kMemory});
  analysis.Row("lia", "rate", kWhat, {.value = 707, .mark = Mark::kMemory, .least = 0.85 * wifi, .most = 1.15 * wifi});
  analysis.Row("balia", "rate", kWhat);
  analysis.Row("olia", "rate", kWhat);
  analysis.Bars("Rate over a lossy WiFi and a slow 3G (red: published)", "packets/s", "rate");
}

}  // namespace

const Experiment kLossyPaths{
    .number = 6,
    .name = "lossy-paths",
    .title = "WiFi and 3G that lose packets by themselves",
    .setup = "Path 1: RTT 10 ms, 4 % random loss. Path 2: RTT 100 ms, 1 %. Rates that never limit. One connection, against one TCP on "
             "each path alone.",
    .source = "NSDI 2011, from memory (sqrt(2/p)/RTT); compared with the TCP of the same simulator, as such losses are beyond the formula",
    .criterion = "LIA 0.85 to 1.15 of TCP on path 1; EWTCP within 15 % of the mean of the two TCPs",
    .finding = "COUPLED is above the formula: its window on the WiFi cannot fall below one packet, and one packet per 10 ms is a hundred per "
             "second.",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
