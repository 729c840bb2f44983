// SPDX-License-Identifier: Apache-2.0
// Barre, Paasch, Bonaventure 2011: subflows that meet on one bottleneck must not add up to more than one TCP (RFC 6356 goal 2).
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

constexpr double kMbps = 100, kRttMs = 50;
constexpr int kFlows = 5;  // of each kind: losses come close to random

RunOutcome Run(const RunContext& context, const std::string& congestion, int subflows) {
  Network network(context.seed);
  sim::Path& link = network.AddLink("link", {.mbps = kMbps, .rtt_ms = kRttMs});
  const std::vector<Route> routes(static_cast<std::size_t>(subflows), Route{&link});
  const auto multipath = AddFlows(network, kFlows, {.name = "mp", .congestion = congestion, .routes = routes});
  const auto single = AddFlows(network, kFlows, {.name = "tcp", .congestion = kUncoupled, .routes = {{&link}}});
  const Duration length = context.Length(60, 15), from = WarmUp(length);
  network.Run(length);
  const double mp = SumMbps(multipath, from, length), tcp = SumMbps(single, from, length);
  return {.values = {{"share", 100 * mp / (mp + tcp)}, {"utilisation", 100 * (mp + tcp) / kMbps}}, .series = {}};
}

std::string Name(const std::string& congestion, int subflows) { return congestion + ", " + std::to_string(subflows) + " subflows"; }

std::vector<Variant> Variants() {
  std::vector<Variant> variants;
  for (const int subflows : {2, 3}) {
    for (const std::string congestion : {kUncoupled, "ewtcp", "lia", "balia", "olia"}) {
      variants.push_back({Name(congestion, subflows), {congestion}, {},
                          [=](const RunContext& context) { return Run(context, congestion, subflows); }});
    }
  }
  return variants;
}

void Analyse(Analysis& analysis) {
  for (const int subflows : {2, 3}) {
    const double expected = subflows == 2 ? 67 : 75;
    analysis.Row(Name(kUncoupled, subflows), "share", "multipath's share, %",
                 {.value = expected, .mark = Mark::kModel, .least = expected - 8, .most = expected + 8});
    for (const std::string congestion : {"ewtcp", "lia", "balia", "olia"}) {
      analysis.Row(Name(congestion, subflows), "share", "multipath's share, %",
                   {.value = 50, .mark = Mark::kModel, .least = 42, .most = 58});
    }
  }
  for (const std::string congestion : {kUncoupled, "lia", "balia", "olia"}) {
    analysis.Row(Name(congestion, 2), "utilisation", "of the link used, %", {.least = 92});
  }
  analysis.Bars("Multipath's share of a bottleneck with as many TCPs (red: expected)", "%", "share");
}

}  // namespace

const Experiment kSharedBottleneck{
    .number = 1,
    .name = "shared-bottleneck",
    .title = "Subflows that share one bottleneck with TCP",
    .setup = "One link of 100 Mbit/s, 50 ms, one BDP of buffer. Five connections of 2 (or 3) subflows each, and five single-path "
             "TCPs (NewReno). Measured: the share of the multipath connections.",
    .source = "shares by a fluid model; Barre et al. 2011 report the same order",
    .criterion = "coupled 50 % and uncoupled 67 % (75 %), each within 8 points; at least 92 % of the link used",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
