// SPDX-License-Identifier: Apache-2.0
// Wischik et al., NSDI 2011: three links in a triangle; every connection has a way of one link and a way of two. The two-link
// way wastes capacity; an algorithm that balances congestion leaves it.
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

constexpr double kMbps = 12, kRttMs = 100;
constexpr int kFlows = 5;  // per side; links are as many times larger

// A link's share of the RTT is half of it, so that the one-link way gets its other half outside: both ways have kRttMs.
RunOutcome Run(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  std::vector<sim::Path*> links, access;
  for (int i = 0; i < 3; ++i) {
    links.push_back(&network.AddLink("link" + std::to_string(i), {.mbps = kMbps * kFlows, .rtt_ms = kRttMs / 2,
                                                                  .buffer_bytes = BdpBytes(kMbps * kFlows, kRttMs),
                                                                  .early_drop = EarlyDropFor(kMbps * kRttMs / 12)}));
    access.push_back(&network.AddLink("access" + std::to_string(i), {.mbps = 10'000, .rtt_ms = kRttMs / 2}));
  }
  std::vector<std::vector<Flow*>> sides;
  for (std::size_t i = 0; i < 3; ++i) {
    const Route direct{access[i], links[i]}, around{links[(i + 1) % 3], links[(i + 2) % 3]};
    sides.push_back(AddFlows(network, kFlows, {.name = "side" + std::to_string(i) + "-", .congestion = congestion, .routes = {direct, around}}));
  }
  const Duration length = context.Length(100, 20), from = WarmUp(length);
  network.Run(length);
  double total = 0, around = 0;
  for (const auto& side : sides) {
    total += SumMbps(side, from, length);
    around += SumRouteMbps(side, 1, from, length);
  }
  return {.values = {{"rate", total / (3 * kFlows)}, {"around", around / (3 * kFlows)}}, .series = {}};
}

struct Case {
  const char* congestion;
  double rate;
  Mark mark;
};
constexpr Case kCases[] = {{"ewtcp", 8.5, Mark::kMemory}, {"lia", 9.0, Mark::kModel}, {"balia", 9.7, Mark::kModel},
                           {"olia", 11.8, Mark::kModel}, {"coupled", 12, Mark::kMemory}};

std::vector<Variant> Variants() {
  std::vector<Variant> variants;
  for (const Case& c : kCases) {
    variants.push_back({c.congestion, {c.congestion}, {}, [&c](const RunContext& context) { return Run(context, c.congestion); }});
  }
  return variants;
}

void Analyse(Analysis& analysis) {
  for (const Case& c : kCases) {
    analysis.Row(c.congestion, "rate", "per connection, Mbit/s",
                 {.value = c.rate, .mark = c.mark, .least = c.rate * 0.92, .most = c.rate * 1.08});
    analysis.Row(c.congestion, "around", "of it over two links");
  }
  analysis.Ordered("EWTCP < LIA < BALIA < OLIA", {{"ewtcp", "rate"}, {"lia", "rate"}, {"balia", "rate"}, {"olia", "rate"}});
  analysis.Bars("Rate per connection in the triangle (red: expected)", "Mbit/s", "rate");
}

}  // namespace

const Experiment kTriangle{
    .number = 3,
    .name = "triangle",
    .title = "A way of one link and a way of two: who wastes capacity?",
    .setup = "Three links; each connection uses one of them directly and the two others one after the other. Five connections per side on "
             "links of 5 x 12 Mbit/s, 100 ms on either way, one BDP of buffer with random early drop.",
    .source = "EWTCP and COUPLED: NSDI 2011, from memory; the others: fluid model",
    .criterion = "within 8 % of the value; EWTCP < LIA < BALIA < OLIA",
    .finding = "With drop-tail queues the way over two links starves: EWTCP 10.2 and LIA 11.4 Mbit/s, because a window that loses several "
             "packets at once halves only once, which favours the larger one. With random early drop the model's values appear; a second "
             "implementation of the model agrees with it within 2 %. Shorter runs than 100 s have not settled (20 s: LIA 10.2).",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
