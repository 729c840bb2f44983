// SPDX-License-Identifier: Apache-2.0
// BLEST (Ferlin et al., Networking 2016) and the check that no scheduler costs anything where paths are equal.
#include <fmt/format.h>

#include "laboratory/frames.h"
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

struct Pair {
  sim::Path& wlan;
  sim::Path& cellular;
};

Pair AddPaths(Network& network) {
  return {network.AddLink("wlan", {.mbps = 25, .rtt_ms = 25, .buffer_bytes = 100 * kPacketBytes, .loss = 0.01}),
          network.AddLink("3g", {.mbps = 5, .rtt_ms = 65, .buffer_bytes = 3750 * kPacketBytes})};
}

// --- row 28 ---

RunOutcome RunBulk(const RunContext& context, const std::string& scheduler, double mebibytes) {
  Network network(context.seed);
  network.set_sample_interval(Duration::Millis(20));
  const Pair paths = AddPaths(network);
  FlowSpec spec{.name = "flow", .congestion = "olia", .scheduler = scheduler, .routes = {{&paths.wlan}, {&paths.cellular}}};
  spec.bytes = static_cast<std::uint64_t>(context.quick ? 8 : 64) << 20;
  spec.receive_buffer = spec.send_buffer = Bytes(static_cast<std::int64_t>(mebibytes * 1024 * 1024));
  Flow& flow = network.AddFlow(spec);
  for (int second = 0; second < 300 && flow.CompletionSeconds() == 0; ++second) network.Run(Duration::Seconds(1));
  const double seconds = flow.CompletionSeconds();
  return {.values = {{"goodput", seconds > 0 ? static_cast<double>(spec.bytes) * 8e-6 / seconds : 0},
                     {"reinjected", static_cast<double>(flow.Reinjected()) / 1420},
                     {"out of order", static_cast<double>(flow.most_out_of_order().count()) / 1024}},
          .series = {}};
}

std::string Name(const std::string& scheduler, const char* buffer) { return scheduler + ", " + buffer; }

std::vector<Variant> BulkVariants() {
  std::vector<Variant> variants;
  for (const auto& [text, mebibytes] : {std::pair{"16 MiB", 16.0}, std::pair{"1.5 MiB", 1.5}}) {
    for (const std::string scheduler : {"minrtt", "blest", "ecf"}) {
      const double size = mebibytes;
      variants.push_back({Name(scheduler, text), {"olia"}, {scheduler}, [=](const RunContext& context) { return RunBulk(context, scheduler, size); }});
    }
  }
  return variants;
}

void AnalyseBulk(Analysis& analysis) {
  for (const char* buffer : {"16 MiB", "1.5 MiB"}) {
    const std::string plain = Name("minrtt", buffer), blest = Name("blest", buffer), ecf = Name("ecf", buffer);
    const auto of = [&](const char* value, double factor) { return factor * analysis.Mean(plain, value); };
    for (const auto& [value, what] : {std::pair{"goodput", "goodput, Mbit/s"}, std::pair{"out of order", "out-of-order peak, KiB"}, std::pair{"reinjected", "reinjected segments"}}) {
      analysis.Row(plain, value, what);
      analysis.Row(ecf, value, what);
    }
    analysis.Row(blest, "goodput", "goodput, Mbit/s", {.value = of("goodput", 1.12), .mark = Mark::kPublished, .least = of("goodput", 1)});
    analysis.Row(blest, "out of order", "out-of-order peak, KiB", {.value = of("out of order", 0.81), .mark = Mark::kPublished, .most = of("out of order", 0.95)});
    analysis.Row(blest, "reinjected", "reinjected segments", {.value = of("reinjected", 0.2), .mark = Mark::kPublished, .most = of("reinjected", 0.5)});
  }
  analysis.Bars("Goodput of 64 MiB over WLAN and 3G", "Mbit/s", "goodput");
}

// --- row 29 ---

RunOutcome RunFrames(const RunContext& context, const std::string& scheduler) {
  Network network(context.seed);
  const Pair paths = AddPaths(network);
  FrameStream frames(network.AddFlow({.name = "flow", .congestion = "olia", .scheduler = scheduler, .routes = {{&paths.wlan}, {&paths.cellular}}, .bulk = false}),
                     {.bytes = 5000, .interval = Duration::Millis(40), .first = Duration::Seconds(1)});
  const Duration length = context.Length(90, 20);
  network.Run(length);
  const std::vector<double> delays = frames.Delays(Duration::Seconds(2));
  return {.values = {{"mean", Summarise(delays).mean}, {"p99", Percentile(delays, 0.99)}}, .series = {}};
}

std::vector<Variant> FrameVariants() {
  std::vector<Variant> variants;
  for (const std::string scheduler : {"minrtt", "blest", "ecf", "roundrobin", "redundant", "sttf", "otias", "daps"}) {
    variants.push_back({scheduler, {"olia"}, {scheduler}, [scheduler](const RunContext& context) { return RunFrames(context, scheduler); }});
  }
  return variants;
}

void AnalyseFrames(Analysis& analysis) {
  const double plain = analysis.Mean("minrtt", "mean");
  analysis.Row("minrtt", "mean", "mean delay, ms", {.value = 68, .mark = Mark::kPublished});
  analysis.Row("blest", "mean", "mean delay, ms", {.value = 62.8, .mark = Mark::kPublished, .most = plain});
  for (const std::string_view scheduler : {"ecf", "roundrobin", "redundant", "sttf", "otias", "daps"}) analysis.Row(scheduler, "mean", "mean delay, ms");
  analysis.Bars("Mean delay of frames of 5 KB at 1 Mbit/s (red: published)", "ms", "mean");
}

// --- row 32 ---

RunOutcome RunEqual(const RunContext& context, const std::string& scheduler) {
  Network network(context.seed);
  sim::Path& first = network.AddLink("first", {.mbps = 20, .rtt_ms = 40});
  sim::Path& second = network.AddLink("second", {.mbps = 20, .rtt_ms = 40});
  Flow& flow = network.AddFlow({.name = "flow", .congestion = "cubic", .scheduler = scheduler, .routes = {{&first}, {&second}}});
  const Duration length = context.Length(60, 15), from = WarmUp(length);
  network.Run(length);
  return {.values = {{"rate", flow.Mbps(from, length)}}, .series = {}};
}

std::vector<Variant> EqualVariants() {
  std::vector<Variant> variants;
  for (const std::string scheduler : {"minrtt", "blest", "ecf", "roundrobin", "linger", "sttf", "weighted", "interactive"}) {
    variants.push_back({scheduler, {"cubic"}, {scheduler}, [scheduler](const RunContext& context) { return RunEqual(context, scheduler); }});
  }
  return variants;
}

void AnalyseEqual(Analysis& analysis) {
  const double plain = analysis.Mean("minrtt", "rate");
  analysis.Row("minrtt", "rate", "Mbit/s");
  for (const std::string_view scheduler : {"blest", "ecf", "roundrobin", "linger", "sttf"}) {
    analysis.Row(scheduler, "rate", "Mbit/s", {.value = plain, .mark = Mark::kPublished, .least = 0.97 * plain, .most = 1.03 * plain});
  }
  // These do not aim at the sum.
  analysis.Row("weighted", "rate", "Mbit/s");
  analysis.Row("interactive", "rate", "Mbit/s");
}

// --- row 34 ---

constexpr LinkSpec kShort{.mbps = 10, .rtt_ms = 20, .loss = 0.02}, kLong{.mbps = 10, .rtt_ms = 60, .loss = 0.02};

RunOutcome RunRedundant(const RunContext& context, const std::string& scheduler, bool single) {
  RunOutcome outcome;
  for (const bool bulk : {false, true}) {
    Network network(context.seed);
    sim::Path& first = network.AddLink("first", kShort);
    sim::Path& second = network.AddLink("second", kLong);
    FlowSpec spec{.name = "flow", .congestion = "cubic", .scheduler = scheduler, .routes = {{&first}}, .bulk = bulk};
    if (!single) spec.routes.push_back({&second});
    Flow& flow = network.AddFlow(spec);
    const Duration length = context.Length(120, 30), from = WarmUp(length);
    if (bulk) {
      network.Run(length);
      outcome.values["bulk"] = flow.Mbps(from, length);
    } else {
      FrameStream frames(flow, {.bytes = 1250, .interval = Duration::Millis(10), .first = Duration::Seconds(1)});
      network.Run(length);
      const std::vector<double> delays = frames.Delays(Duration::Seconds(2));
      outcome.values["p99"] = Percentile(delays, 0.99);
      outcome.values["p50"] = Percentile(delays, 0.5);
      Series distribution{.step = 0, .values = {}};
      for (int permille = 5; permille <= 1000; permille += 5) distribution.values.push_back(Percentile(delays, permille / 1000.0));
      outcome.series["delays"] = distribution;
    }
  }
  return outcome;
}

std::vector<Variant> RedundantVariants() {
  return {{"redundant", {"cubic"}, {"redundant"}, [](const RunContext& c) { return RunRedundant(c, "redundant", false); }},
          {"minrtt", {"cubic"}, {"minrtt"}, [](const RunContext& c) { return RunRedundant(c, "minrtt", false); }},
          {"best path alone", {"cubic"}, {"minrtt"}, [](const RunContext& c) { return RunRedundant(c, "minrtt", true); }}};
}

void AnalyseRedundant(Analysis& analysis) {
  for (const std::string_view variant : {"minrtt", "best path alone"}) {
    analysis.Row(variant, "p50", "median delay, ms");
    analysis.Row(variant, "p99", "99th percentile, ms");
    analysis.Row(variant, "bulk", "bulk, Mbit/s");
  }
  analysis.Row("redundant", "p50", "median delay, ms");
  analysis.Row("redundant", "p99", "99th percentile, ms", {.most = 0.7 * analysis.Mean("minrtt", "p99")});
  analysis.Row("redundant", "bulk", "bulk, Mbit/s", {.most = 1.05 * analysis.Mean("best path alone", "bulk")});
  analysis.Distribution("Delay of 1250 bytes every 10 ms, 2 % loss on both paths", "ms", "delays");
}

}  // namespace

const Experiment kBlestBulk{
    .number = 28,
    .name = "blest-bulk",
    .title = "BLEST: bulk over WLAN and 3G",
    .setup = "WLAN 25 Mbit/s, 25 ms, 1 % loss, 100 packets of queue; 3G 5 Mbit/s, 65 ms, 3750 packets of queue. 64 MiB with OLIA; buffers of 16 "
             "and 1.5 MiB. Out-of-order data is looked at every 20 ms.",
    .source = "BLEST (Networking 2016): +12 % goodput, -19 % out-of-order buffer, -80 % retransmissions against minRTT",
    .criterion = "against minRTT: goodput at least 1.0, out-of-order peak at most 0.95, reinjections at most 0.5",
    .finding = "With 16 MiB the window never limits, and then BLEST is minRTT by its own rule: equal to the last digit. With 1.5 MiB it does "
             "what was published.",
    .seeds = 3,
    .variants = BulkVariants,
    .analyse = AnalyseBulk};

const Experiment kBlestFrames{
    .number = 29,
    .name = "blest-frames",
    .title = "BLEST: frames at a constant rate over WLAN and 3G",
    .setup = "The same paths and OLIA; frames of 5 KB at 1 Mbit/s for 90 s. Measured: the time until a frame is there.",
    .source = "BLEST (Networking 2016): minRTT 68, BLEST 62.8, OTIAS 53.2, DAPS 844 ms",
    .criterion = "BLEST no later than minRTT",
    .variants = FrameVariants,
    .analyse = AnalyseFrames};

const Experiment kEqualPaths{
    .number = 32,
    .name = "equal-paths",
    .title = "Equal paths: no scheduler costs anything",
    .setup = "Two paths of 20 Mbit/s, 40 ms, one BDP of buffer; bulk with CUBIC.",
    .source = "BLEST and ECF papers: as minRTT",
    .criterion = "within 3 % of minRTT",
    .seeds = 3,
    .variants = EqualVariants,
    .analyse = AnalyseEqual};

const Experiment kRedundant{
    .number = 34,
    .name = "redundant",
    .title = "Every byte on both paths",
    .setup = "Two paths of 10 Mbit/s, 20 and 60 ms, 2 % loss each. 1250 bytes every 10 ms: delay; and bulk.",
    .source = "the scheduler's rule",
    .criterion = "99th percentile at most 0.7 of minRTT's; bulk at most 1.05 of the best path alone",
    .seeds = 3,
    .variants = RedundantVariants,
    .analyse = AnalyseRedundant};

}  // namespace mptcpp::laboratory
