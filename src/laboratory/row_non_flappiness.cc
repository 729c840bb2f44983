// SPDX-License-Identifier: Apache-2.0
// Does the traffic stay where it is on two equal links, or does it flap from one to the other?
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

RunOutcome Run(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  sim::Path& first = network.AddLink("first", {.mbps = 100, .rtt_ms = 40});
  sim::Path& second = network.AddLink("second", {.mbps = 100, .rtt_ms = 40});
  Flow& mp = network.AddFlow({.name = "mp", .congestion = congestion, .routes = {{&first}, {&second}}});
  network.AddFlow({.name = "tcp1", .congestion = kUncoupled, .routes = {{&first}}});
  network.AddFlow({.name = "tcp2", .congestion = kUncoupled, .routes = {{&second}}});
  const Duration step = context.quick ? Duration::Seconds(2) : Duration::Seconds(10);
  const Duration length = context.Length(120, 24);
  network.Run(length);
  Series share{.step = step.seconds(), .values = {}};
  std::vector<double> counted;
  for (Duration at = Duration::Zero(); at < length; at += step) {
    const double one = mp.RouteMbps(0, at, at + step), other = mp.RouteMbps(1, at, at + step);
    share.values.push_back(one / (one + other));
    if (at >= WarmUp(length)) counted.push_back(share.values.back());
  }
  const Statistics statistics = Summarise(counted);
  return {.values = {{"deviation", statistics.spread}, {"mean", statistics.mean}}, .series = {{"share", share}}};
}

std::vector<Variant> Variants() {
  std::vector<Variant> variants;
  for (const std::string congestion : {"lia", "balia", "olia", "coupled"}) {
    variants.push_back({congestion, {congestion}, {}, [congestion](const RunContext& context) { return Run(context, congestion); }});
  }
  return variants;
}

void Analyse(Analysis& analysis) {
  for (const std::string_view congestion : {"lia", "balia", "olia"}) {
    analysis.Row(congestion, "deviation", "standard deviation of the share", {.most = 0.15});
    analysis.Row(congestion, "mean", "mean share of the first link", {.value = 0.5, .mark = Mark::kModel});
  }
  analysis.Row("coupled", "deviation", "standard deviation of the share");
  analysis.OverTime("Share of the connection's traffic on the first of two equal links", "share", "share");
}

}  // namespace

const Experiment kNonFlappiness{
    .number = 13,
    .name = "non-flappiness",
    .title = "Two equal links: does the traffic stay where it is?",
    .setup = "Two links of 100 Mbit/s, 40 ms, one BDP of buffer, one TCP on each, one multipath connection on both, 120 s. Measured: its "
             "share on the first link in every 10 s.",
    .source = "the design goal of OLIA and BALIA; fully coupled control flaps (NSDI 2011, from memory)",
    .criterion = "standard deviation of the share at most 0.15",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
