// SPDX-License-Identifier: Apache-2.0
// Five TCPs come and go on one of two links: how soon is the connection where it will be?
#include <algorithm>
#include <cmath>

#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

// Seconds after `event` until the rate, over windows of a twentieth of the phase, is within 10 % of `later`; the phase if never.
double SettlingTime(const Flow& flow, Duration event, Duration phase, double later) {
  const Duration window = phase / 20;
  for (Duration at = event; at + window <= event + phase; at += Duration::Millis(200)) {
    if (std::abs(flow.RouteMbps(1, at, at + window) - later) <= 0.1 * later) return (at - event).seconds();
  }
  return phase.seconds();
}

RunOutcome Run(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  sim::Path& first = network.AddLink("first", {.mbps = 100, .rtt_ms = 40});
  sim::Path& second = network.AddLink("second", {.mbps = 100, .rtt_ms = 40});
  Flow& mp = network.AddFlow({.name = "mp", .congestion = congestion, .routes = {{&first}, {&second}}});
  const Duration phase = context.Length(60, 10);
  AddFlows(network, 5, {.name = "tcp", .congestion = kUncoupled, .routes = {{&second}}, .start = phase, .stop = phase * 2});
  network.Run(phase * 3);
  const double before = mp.RouteMbps(1, phase / 2, phase), shared = mp.RouteMbps(1, phase * 3 / 2, phase * 2);
  const double after = mp.RouteMbps(1, phase * 5 / 2, phase * 3);
  return {.values = {{"down", SettlingTime(mp, phase, phase, shared)},
                     {"up", SettlingTime(mp, phase * 2, phase, after)},
                     {"recovered", 100 * mp.RouteMbps(1, phase * 2 + phase / 3, phase * 2 + phase / 2) / before},
                     {"shared", shared}},
          .series = {{"rate", {.step = 0.5, .values = mp.RouteRates(1, Duration::Millis(500), phase * 3)}}}};
}

std::vector<Variant> Variants() { return PerController({kUncoupled, "lia", "balia", "olia", "coupled"}, Run); }

void Analyse(Analysis& analysis) {
  for (const std::string_view congestion : {std::string_view(kUncoupled), std::string_view("lia"), std::string_view("balia"),
                                            std::string_view("olia"), std::string_view("coupled")}) {
    const bool judged = congestion == "lia" || congestion == "balia";
    analysis.Row(congestion, "down", "settled after they came, s");
    analysis.Row(congestion, "up", "settled after they left, s");
    analysis.Row(congestion, "recovered", "rate 20 to 30 s later, % of before", judged ? Expectation{.least = 80} : Expectation{});
  }
  analysis.Ordered("settled after they left: uncoupled <= LIA <= 1.2 BALIA <= 1.2 OLIA", {{kUncoupled, "up"}, {"lia", "up"}, {"balia", "up"}, {"olia", "up"}}, 1.2);
  analysis.OverTime("Rate on the second link; five TCPs are there in the second third", "Mbit/s", "rate");
}

}  // namespace

const Experiment kResponsiveness{
    .number = 14,
    .name = "responsiveness",
    .title = "Five TCPs come and go",
    .setup = "Two links of 100 Mbit/s, 40 ms, one BDP of buffer, one connection on both. Five TCPs enter the second link at 60 s and leave at 120 s. "
             "Measured: the time until the connection's rate there is within 10 % of what it will be.",
    .source = "BALIA (ToN 2016), the order from memory: uncoupled, LIA, BALIA, OLIA, COUPLED",
    .criterion = "that order, with 20 % of slack; LIA and BALIA are back at 80 % of the rate before within 30 s",
    .finding = "The criterion contradicts LIA's own formula. With w1 on the free link and a small w2 on the other its increase is w2 / (w1 + "
             "w2) per round trip: with w1 = 600 packets and 60 ms an e-fold takes 36 s, and the way from 50 to 300 packets more than a "
             "minute. The value is wrong, not the implementation. (The short run has phases of ten seconds and says nothing.)",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
