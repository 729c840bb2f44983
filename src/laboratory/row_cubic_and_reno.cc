// SPDX-License-Identifier: Apache-2.0
// RFC 9438: where the product of bandwidth and delay is small, CUBIC behaves like Reno; where it is large it takes more.
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

constexpr int kFlows = 2;  // of each kind

RunOutcome Run(const RunContext& context, double rtt_ms) {
  Network network(context.seed);
  sim::Path& link = network.AddLink("link", {.mbps = 100, .rtt_ms = rtt_ms});
  const auto cubic = AddFlows(network, kFlows, {.name = "cubic", .congestion = "cubic", .routes = {{&link}}});
  const auto reno = AddFlows(network, kFlows, {.name = "reno", .congestion = "newreno", .routes = {{&link}}});
  const Duration length = context.Length(rtt_ms > 50 ? 180 : 60, 15), from = WarmUp(length);
  network.Run(length);
  const double rates[] = {SumMbps(cubic, from, length), SumMbps(reno, from, length)};
  return {.values = {{"ratio", rates[0] / rates[1]}, {"sum", rates[0] + rates[1]}}, .series = {}};
}

std::vector<Variant> Variants() {
  return {{"10 ms", {"cubic", "newreno"}, {}, [](const RunContext& context) { return Run(context, 10); }},
          {"100 ms", {"cubic", "newreno"}, {}, [](const RunContext& context) { return Run(context, 100); }}};
}

void Analyse(Analysis& analysis) {
  analysis.Row("10 ms", "ratio", "CUBIC / NewReno", {.value = 1, .mark = Mark::kPublished, .least = 0.7, .most = 1.5});
  analysis.Row("100 ms", "ratio", "CUBIC / NewReno", {.least = 1.2});
  analysis.Row("10 ms", "sum", "of 100 Mbit/s");
  analysis.Row("100 ms", "sum", "of 100 Mbit/s");
}

}  // namespace

const Experiment kCubicAndReno{
    .number = 23,
    .name = "cubic-and-reno",
    .title = "CUBIC beside NewReno on one path",
    .setup = "100 Mbit/s, RTT 10 ms or 100 ms, one BDP of buffer; two CUBIC and two NewReno connections, plain TCP.",
    .source = "RFC 9438",
    .criterion = "CUBIC / NewReno 0.7 to 1.5 at 10 ms, more than 1.2 at 100 ms",
    .variants = Variants,
    .analyse = Analyse};

}  // namespace mptcpp::laboratory
