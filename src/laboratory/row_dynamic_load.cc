// SPDX-License-Identifier: Apache-2.0
// Wischik et al., NSDI 2011: bursts on one of two links. Who comes back fast enough to use the gaps?
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

RunOutcome Run(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  sim::Path& top = network.AddLink("top", {.mbps = 100, .rtt_ms = 10});
  sim::Path& bottom = network.AddLink("bottom", {.mbps = 100, .rtt_ms = 10});
  network.simulation().AddCrossTraffic(top, {.rate = Rate::MegabitsPerSecond(100), .mean_on = Duration::Millis(10), .mean_off = Duration::Millis(100)});
  Flow& flow = network.AddFlow({.name = "mp", .congestion = congestion, .routes = {{&top}, {&bottom}}});
  const Duration length = context.Length(60, 15), from = WarmUp(length);
  network.Run(length);
  return {.values = {{"top", flow.RouteMbps(0, from, length)}, {"bottom", flow.RouteMbps(1, from, length)}}, .series = {}};
}

std::vector<Variant> Variants() { return PerController({kUncoupled, "ewtcp", "lia", "balia", "olia", "coupled"}, Run); }

void Analyse(Analysis& analysis) {
  struct Case {
    const char* congestion;
    double top, bottom;
  };
  for (const Case& c : {Case{"ewtcp", 85, 100}, Case{"lia", 83, 99.8}, Case{"coupled", 55, 99.4}}) {
    analysis.Row(c.congestion, "top", "top, Mbit/s", {.value = c.top, .mark = Mark::kMemory});
    analysis.Row(c.congestion, "bottom", "bottom, Mbit/s", {.value = c.bottom, .mark = Mark::kMemory, .least = 95});
  }
  for (const std::string_view congestion : {std::string_view(kUncoupled), std::string_view("balia"), std::string_view("olia")}) {
    analysis.Row(congestion, "top", "top, Mbit/s");
    analysis.Row(congestion, "bottom", "bottom, Mbit/s", {.least = 95});
  }
  analysis.Require("LIA on top at least 0.85 of EWTCP", {{"lia", "top"}, {"ewtcp", "top"}}, analysis.Mean("lia", "top") >= 0.85 * analysis.Mean("ewtcp", "top"));
  analysis.Require("LIA on top at least 1.2 of COUPLED", {{"lia", "top"}, {"coupled", "top"}}, analysis.Mean("lia", "top") >= 1.2 * analysis.Mean("coupled", "top"));
  analysis.Bars("Rate on the link with bursts (91 Mbit/s are free on average)", "Mbit/s", "top");
}

}  // namespace

const Experiment kDynamicLoad{
    .number = 9,
    .name = "dynamic-load",
    .title = "Bursts of 100 Mbit/s on one of two links",
    .setup = "Two links of 100 Mbit/s, 10 ms, one BDP of buffer. Constant 100 Mbit/s on the top one for 10 ms on average, silence for 100 ms "
             "on average. One connection on both.",
    .source = "NSDI 2011, from memory",
    .criterion = "bottom at least 95; LIA on top at least 0.85 of EWTCP and 1.2 of COUPLED",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
