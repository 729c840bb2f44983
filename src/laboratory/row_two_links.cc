// SPDX-License-Identifier: Apache-2.0
// Two links, of which TCPs use only the second one: how much of it do the multipath connections leave them?
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

constexpr double kMbps = 100, kRttMs = 40;
constexpr int kFlows = 5;

RunOutcome Run(const RunContext& context, const std::string& multipath, const std::string& single, int count) {
  Network network(context.seed);
  sim::Path& first = network.AddLink("first", {.mbps = kMbps, .rtt_ms = kRttMs});
  sim::Path& second = network.AddLink("second", {.mbps = kMbps, .rtt_ms = kRttMs});
  const auto mp = AddFlows(network, count, {.name = "mp", .congestion = multipath, .routes = {{&first}, {&second}}});
  const auto tcp = AddFlows(network, count, {.name = "tcp", .congestion = single, .routes = {{&second}}});
  const Duration length = context.Length(60, 15), from = WarmUp(length);
  network.Run(length);
  const double rates[] = {SumMbps(tcp, from, length), SumMbps(mp, from, length)};
  return {.values = {{"tcp", rates[0]}, {"mp", rates[1]}, {"jain", Jain(rates)}}, .series = {}};
}

struct Case {
  const char* congestion;
  double tcp, mp;
};
constexpr Case kCases[] = {{kUncoupled, 50, 150}, {"lia", 70, 130}, {"balia", 75, 125}, {"olia", 99, 101}, {"coupled", 99, 101}};
constexpr Case kMpcc[] = {{"mpcc-loss", 87, 106}, {"mpcc-latency", 89, 104}};

std::vector<Variant> Variants() {
  std::vector<Variant> variants;
  for (const Case& c : kCases) {
    variants.push_back({c.congestion, {c.congestion}, {}, [&c](const RunContext& context) { return Run(context, c.congestion, kUncoupled, kFlows); }});
  }
  // Rate-based: no sawtooth whose phase could lock, so one of each, and the single one runs the same controller.
  for (const Case& c : kMpcc) {
    variants.push_back({c.congestion, {c.congestion}, {}, [&c](const RunContext& context) { return Run(context, c.congestion, c.congestion, 1); }});
  }
  return variants;
}

void Analyse(Analysis& analysis) {
  for (const Case& c : kCases) {
    const bool probing = c.tcp > 90;  // what remains on the second link is only there to look
    analysis.Row(c.congestion, "tcp", "TCP, Mbit/s", {.value = c.tcp, .mark = Mark::kModel, .least = c.tcp - 12, .most = probing ? 105 : c.tcp + 12});
    analysis.Row(c.congestion, "mp", "multipath, Mbit/s", {.value = c.mp, .mark = Mark::kModel, .least = c.mp - 12, .most = c.mp + 12});
  }
  for (const Case& c : kMpcc) {
    analysis.Row(c.congestion, "tcp", "single path, Mbit/s", {.value = c.tcp, .mark = Mark::kModel});
    analysis.Row(c.congestion, "mp", "multipath, Mbit/s", {.value = c.mp, .mark = Mark::kModel});
    analysis.Row(c.congestion, "jain", "Jain's index", {.value = 0.99, .mark = Mark::kModel, .least = 0.97});
  }
  analysis.Ordered("TCP's rate: uncoupled < LIA < BALIA < OLIA", {{kUncoupled, "tcp"}, {"lia", "tcp"}, {"balia", "tcp"}, {"olia", "tcp"}});
  analysis.Bars("What TCP gets on the link that it shares (red: fluid model)", "Mbit/s", "tcp");
}

}  // namespace

const Experiment kTwoLinks{
    .number = 2,
    .name = "two-links",
    .title = "Two links, and TCP on one of them",
    .setup = "Two links of 100 Mbit/s, 40 ms, one BDP of buffer. Five multipath connections on both, five TCPs (NewReno) on the second; "
             "sums over each five. MPCC: one connection on both against one single-path MPCC of the same kind.",
    .source = "fluid model; for MPCC a fluid model of the released code (the paper's fair share is 100/100)",
    .criterion = "each sum within 12 Mbit/s of the model; TCP's rate grows from uncoupled over LIA and BALIA to OLIA; MPCC: Jain's index "
                 "at least 0.97",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
