// SPDX-License-Identifier: Apache-2.0
// Wischik et al., NSDI 2011: five links in a ring, connection i on links i and i+1; one link is made narrow.
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

constexpr int kLinks = 5;
constexpr double kPacketsPerSecond = 1000, kRttMs = 100;

RunOutcome Run(const RunContext& context, const std::string& congestion, double narrow) {
  Network network(context.seed);
  std::vector<sim::Path*> links;
  for (int i = 0; i < kLinks; ++i) {
    const double rate = i == 2 ? narrow : kPacketsPerSecond;
    const double window = rate / 2 * kRttMs / 1000;  // of each of its two subflows
    links.push_back(&network.AddLink("link" + std::to_string(i), {.mbps = PacketsToMbps(rate), .rtt_ms = kRttMs, .early_drop = EarlyDropFor(window)}));
  }
  for (std::size_t i = 0; i < kLinks; ++i) {
    network.AddFlow({.name = "flow" + std::to_string(i), .congestion = congestion, .routes = {{links[i]}, {links[(i + 1) % kLinks]}}});
  }
  const Duration length = context.Length(100, 20), from = WarmUp(length);
  network.Run(from);
  const sim::LinkCounters wide_before = links[0]->there().counters(), narrow_before = links[2]->there().counters();
  network.Run(length - from);
  std::vector<double> rates;
  for (const auto& flow : network.flows()) rates.push_back(flow->Mbps(from, length));
  const double pc = DropRate(*links[2], narrow_before);
  return {.values = {{"jain", Jain(rates)}, {"loss ratio", pc > 0 ? DropRate(*links[0], wide_before) / pc : 1}}, .series = {}};
}

std::string Name(const std::string& congestion, int narrow) { return congestion + ", C = " + std::to_string(narrow); }

std::vector<Variant> Variants() {
  std::vector<Variant> variants;
  for (const int narrow : {100, 500}) {
    for (const std::string congestion : {"ewtcp", "lia", "balia", "olia", "coupled"}) {
      variants.push_back({Name(congestion, narrow), {congestion}, {}, [=](const RunContext& context) { return Run(context, congestion, narrow); }});
    }
  }
  return variants;
}

void Analyse(Analysis& analysis) {
  struct Case {
    const char* congestion;
    double jain_100;
    Mark mark;
    std::optional<double> ratio_500;
  };
  const Case cases[] = {{"ewtcp", 0.92, Mark::kMemory, 0.25},
                        {"lia", 0.986, Mark::kMemory, 0.34},
                        {"balia", 0.998, Mark::kModel, 0.64},
                        {"coupled", 0.99, Mark::kMemory, 1}};
  for (const Case& c : cases) {
    analysis.Row(Name(c.congestion, 100), "jain", "Jain's index", Near(c.jain_100, c.mark, 0.02));
    analysis.Row(Name(c.congestion, 500), "loss ratio", "loss on A / loss on C", {.value = c.ratio_500, .mark = Mark::kModel});
  }
  analysis.Row(Name("olia", 100), "jain", "Jain's index");
  analysis.Ordered("Jain's index at C = 100: EWTCP < LIA < COUPLED",
                   {{"ewtcp, C = 100", "jain"}, {"lia, C = 100", "jain"}, {"coupled, C = 100", "jain"}});
  analysis.Bars("Fairness around the ring (red: expected)", "Jain's index", "jain");
}

}  // namespace

const Experiment kTorus{
    .number = 5,
    .name = "torus",
    .title = "A ring of five links, one of them narrow",
    .setup = "Five links of 1000 packets/s, 100 ms, one BDP of buffer with random early drop; connection i uses links i and i+1. Link C has 100 or 500 packets/s. "
             "Measured: Jain's index of the five rates, and how much less is lost on a wide link than on the narrow one.",
    .source = "Jain's index: NSDI 2011, from memory, and a fluid model; loss ratios: fluid model",
    .criterion = "Jain's index within 0.02; EWTCP < LIA < COUPLED",
    .finding = "The ratio of losses of EWTCP and LIA is the model's as soon as queues drop at random (with drop-tail it was 1.0). Jain's index "
             "needs the full length: the narrow link is entered by slow start and left a packet at a time.",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
