// SPDX-License-Identifier: Apache-2.0
// MPCC (Gilad et al., CoNEXT 2020) and what it is compared with: two links of 100 Mbit/s and 30 ms, seen from many sides. The
// paper's figures were not at hand: expected values come from a fluid model of its released code.
#include <fmt/format.h>

#include <algorithm>

#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

constexpr double kMbps = 100, kRttMs = 30;
constexpr const char* kSource = "fluid model of MPCC's released code; Reno-type bounds by arithmetic";

std::string Name(const std::string& congestion, const std::string& rest) { return congestion + ", " + rest; }

// One connection over two equal links, alone.
RunOutcome RunAlone(const RunContext& context, const std::string& congestion, double buffer_kb, double loss, Duration length) {
  Network network(context.seed);
  sim::Path& first = network.AddLink("first", {.mbps = kMbps, .rtt_ms = kRttMs, .buffer_bytes = buffer_kb * 1000, .loss = loss});
  sim::Path& second = network.AddLink("second", {.mbps = kMbps, .rtt_ms = kRttMs, .buffer_bytes = buffer_kb * 1000, .loss = loss});
  Flow& flow = network.AddFlow({.name = "mp", .congestion = congestion, .routes = {{&first}, {&second}}});
  const Duration from = WarmUp(length);
  network.Run(length);
  return {.values = {{"rate", flow.Mbps(from, length)}, {"rtt", flow.MeanRtt(from, length)}}, .series = {}};
}

// --- row 15 ---

constexpr double kBuffers[] = {3, 9, 30, 75, 375, 1000};
constexpr const char* kSwept[] = {"mpcc-loss", "mpcc-latency", "lia", "olia", "balia", "cubic"};
std::string BufferName(const std::string& congestion, double kb) { return Name(congestion, fmt::format("{} KB", kb)); }

std::vector<Variant> BufferVariants() {
  std::vector<Variant> variants;
  for (const double kb : kBuffers) {
    for (const std::string congestion : kSwept) {
      variants.push_back({BufferName(congestion, kb), {congestion}, {}, [=](const RunContext& context) {
        return RunAlone(context, congestion, kb, 0, context.Length(45, 12));
      }});
    }
  }
  return variants;
}

void AnalyseBuffers(Analysis& analysis) {
  constexpr double kLoss[] = {182, 183, 186, 190, 190, 193}, kLatency[] = {181, 183, 185, 188, 190, 191};
  Chart chart{.title = "Sum over two links of 100 Mbit/s, over the buffer", .x_label = "KB", .y_label = "Mbit/s", .logarithmic_x = true};
  for (std::size_t i = 0; i < std::size(kBuffers); ++i) {
    const double kb = kBuffers[i];
    const std::optional<double> least = kb == 9 ? std::optional(170.0) : kb == 75 ? std::optional(180.0) : std::nullopt;
    analysis.Row(BufferName("mpcc-loss", kb), "rate", "Mbit/s", {.value = kLoss[i], .mark = Mark::kModel, .least = least});
    analysis.Row(BufferName("mpcc-latency", kb), "rate", "Mbit/s", {.value = kLatency[i], .mark = Mark::kModel, .least = least});
    analysis.Row(BufferName("lia", kb), "rate", "Mbit/s", kb == 375 ? Expectation{.least = 185} : Expectation{});
  }
  for (const std::string congestion : kSwept) {
    std::vector<std::pair<double, std::string>> points;
    for (const double kb : kBuffers) points.emplace_back(kb, BufferName(congestion, kb));
    chart.lines.push_back(analysis.Sweep(congestion, "rate", points));
  }
  analysis.Ordered("9 KB: LIA < MPCC-loss", {{"lia, 9 KB", "rate"}, {"mpcc-loss, 9 KB", "rate"}});
  if (analysis.Has("lia, 9 KB", "rate")) analysis.Picture(std::move(chart));
}

// --- row 16 ---

constexpr double kDeep[] = {375, 550, 1000};
constexpr const char* kTimed[] = {"mpcc-latency", "mpcc-loss", "lia", "olia", "balia", "newreno", "bbr", "wvegas"};

std::vector<Variant> LatencyVariants() {
  std::vector<Variant> variants;
  for (const double kb : kDeep) {
    for (const std::string congestion : kTimed) {
      variants.push_back({BufferName(congestion, kb), {congestion}, {}, [=](const RunContext& context) {
        return RunAlone(context, congestion, kb, 0, context.Length(60, 12));
      }});
    }
  }
  return variants;
}

void AnalyseLatency(Analysis& analysis) {
  Chart chart{.title = "Mean smoothed round trip over the buffer", .x_label = "KB", .y_label = "ms"};
  for (const std::string congestion : kTimed) {
    std::vector<std::pair<double, std::string>> points;
    for (const double kb : kDeep) {
      points.emplace_back(kb, BufferName(congestion, kb));
      Expectation expected;
      if (kb == 1000 && congestion == "mpcc-latency") expected = {.value = 36, .mark = Mark::kModel, .most = 45};
      if (kb == 1000 && congestion == "mpcc-loss") expected = {.value = 73, .mark = Mark::kModel};
      if (kb == 1000 && congestion == "lia") expected = {.least = 70};
      if (congestion == "wvegas") expected = {.most = 35};
      analysis.Row(BufferName(congestion, kb), "rtt", "mean RTT, ms", expected);
    }
    analysis.Row(BufferName(congestion, 1000), "rate", "Mbit/s");
    chart.lines.push_back(analysis.Sweep(congestion, "rtt", points));
  }
  const double slope = analysis.Mean("mpcc-latency, 1000 KB", "rtt") - analysis.Mean("mpcc-latency, 375 KB", "rtt");
  analysis.Require("MPCC-latency grows by at most 5 ms from 375 KB to 1 MB", {{"mpcc-latency, 1000 KB", "rtt"}, {"mpcc-latency, 375 KB", "rtt"}}, slope <= 5, fmt::format("{:.1f} ms", slope));
  analysis.Ordered("1 MB: MPCC-latency < BBR < LIA", {{"mpcc-latency, 1000 KB", "rtt"}, {"bbr, 1000 KB", "rtt"}, {"lia, 1000 KB", "rtt"}});
  if (analysis.Has("lia, 1000 KB", "rtt")) analysis.Picture(std::move(chart));
}

// --- row 17 ---

constexpr double kLossPercent[] = {0.01, 0.1, 0.5, 1, 2};
std::string LossName(const std::string& congestion, double percent) { return Name(congestion, fmt::format("{} %", percent)); }
constexpr const char* kLossy[] = {"mpcc-loss", "mpcc-latency", "lia", "cubic", "bbr"};

std::vector<Variant> LossVariants() {
  std::vector<Variant> variants;
  for (const double percent : kLossPercent) {
    for (const std::string congestion : kLossy) {
      variants.push_back({LossName(congestion, percent), {congestion}, {}, [=](const RunContext& context) {
        return RunAlone(context, congestion, 375, percent / 100, context.Length(60, 12));
      }});
    }
    variants.push_back({LossName("one TCP", percent), {kUncoupled}, {}, [=](const RunContext& context) {
      Network network(context.seed);
      sim::Path& link = network.AddLink("first", {.mbps = kMbps, .rtt_ms = kRttMs, .buffer_bytes = 375'000, .loss = percent / 100});
      Flow& flow = network.AddFlow({.name = "tcp", .congestion = kUncoupled, .routes = {{&link}}});
      const Duration length = context.Length(60, 12);
      network.Run(length);
      return RunOutcome{.values = {{"rate", flow.Mbps(WarmUp(length), length)}}, .series = {}};
    }});
  }
  return variants;
}

void AnalyseLoss(Analysis& analysis) {
  Chart chart{.title = "Sum over two links of 100 Mbit/s with random loss", .x_label = "loss, %", .y_label = "Mbit/s", .logarithmic_x = true};
  const auto at = [&](const char* congestion, double percent) { return analysis.Mean(LossName(congestion, percent), "rate"); };
  for (const double percent : kLossPercent) {
    const double tcp = at("one TCP", percent);
    analysis.Row(LossName("one TCP", percent), "rate", "Mbit/s");
    analysis.Row(LossName("lia", percent), "rate", "Mbit/s", {.value = tcp, .mark = Mark::kModel, .least = 0.7 * tcp, .most = 1.3 * tcp});
    Expectation mpcc;
    if (percent == 0.1) mpcc = {.value = 192, .mark = Mark::kModel};
    if (percent == 0.5) mpcc = {.value = 177, .mark = Mark::kModel, .least = 160};
    if (percent == 1) mpcc = {.value = 150, .mark = Mark::kModel, .least = 10 * at("lia", 1)};
    analysis.Row(LossName("mpcc-loss", percent), "rate", "Mbit/s", mpcc);
    analysis.Row(LossName("mpcc-latency", percent), "rate", "Mbit/s");
    analysis.Row(LossName("bbr", percent), "rate", "Mbit/s", percent == 1 ? Expectation{.least = 180} : Expectation{});
  }
  for (const std::string congestion : kLossy) {
    std::vector<std::pair<double, std::string>> points;
    for (const double percent : kLossPercent) points.emplace_back(percent, LossName(congestion, percent));
    chart.lines.push_back(analysis.Sweep(congestion, "rate", points));
  }
  if (analysis.Has("lia, 1 %", "rate")) analysis.Picture(std::move(chart));
}

// --- rows 18, 19 ---

RunOutcome RunFairness(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  sim::Path& link = network.AddLink("link", {.mbps = kMbps, .rtt_ms = kRttMs, .buffer_bytes = 375'000});
  Flow& mp = network.AddFlow({.name = "mp", .congestion = congestion, .routes = {{&link}, {&link}}});
  Flow& sp = network.AddFlow({.name = "sp", .congestion = congestion, .routes = {{&link}}});
  const Duration length = context.Length(200, 20), from = WarmUp(length);
  network.Run(length);
  const double rates[] = {mp.Mbps(from, length), sp.Mbps(from, length)};
  return {.values = {{"mp", rates[0]}, {"sp", rates[1]}, {"jain", Jain(rates)}, {"sum", rates[0] + rates[1]}}, .series = {}};
}

std::vector<Variant> FairnessVariants() { return PerController({"mpcc-loss", "mpcc-latency"}, RunFairness); }
void AnalyseFairness(Analysis& analysis) {
  struct Case {
    const char* congestion;
    double mp, sp;
  };
  for (const Case& c : {Case{"mpcc-loss", 48.7, 43.1}, Case{"mpcc-latency", 47.1, 48.4}}) {
    analysis.Row(c.congestion, "mp", "multipath, Mbit/s", {.value = c.mp, .mark = Mark::kModel});
    analysis.Row(c.congestion, "sp", "single path, Mbit/s", {.value = c.sp, .mark = Mark::kModel});
    analysis.Row(c.congestion, "jain", "Jain's index", {.least = 0.97});
    analysis.Row(c.congestion, "sum", "sum, Mbit/s", {.least = 88});
  }
}

RunOutcome RunRing(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  std::vector<sim::Path*> links;
  for (int i = 0; i < 3; ++i) links.push_back(&network.AddLink("link" + std::to_string(i), {.mbps = kMbps, .rtt_ms = kRttMs, .buffer_bytes = 375'000}));
  for (std::size_t i = 0; i < 3; ++i) {
    network.AddFlow({.name = "mp" + std::to_string(i), .congestion = congestion, .routes = {{links[i]}, {links[(i + 1) % 3]}}});
  }
  const Duration length = context.Length(60, 15), from = WarmUp(length);
  network.Run(length);
  std::vector<double> rates;
  for (const auto& flow : network.flows()) rates.push_back(flow->Mbps(from, length));
  return {.values = {{"least", Summarise(rates).least}, {"mean", Summarise(rates).mean}, {"jain", Jain(rates)}}, .series = {}};
}

std::vector<Variant> RingVariants() { return PerController({"mpcc-loss", "mpcc-latency", "lia", "balia", "olia"}, RunRing); }
void AnalyseRing(Analysis& analysis) {
  for (const std::string_view congestion : {"mpcc-loss", "mpcc-latency", "lia", "balia", "olia"}) {
    const bool judged = congestion.starts_with("mpcc");
    analysis.Row(congestion, "least", "the least total, Mbit/s", judged ? Expectation{.value = 92, .mark = Mark::kModel, .least = 85} : Expectation{});
    analysis.Row(congestion, "jain", "Jain's index", judged ? Expectation{.least = 0.99} : Expectation{});
  }
}

// --- row 20 ---

RunOutcome RunChanging(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  sim::RandomStream random(context.seed, "changing conditions");
  const Duration length = context.Length(200, 30), step = Duration::Seconds(5);
  std::vector<sim::Path*> links;
  double capacity = 0;
  for (int i = 0; i < 2; ++i) {
    links.push_back(&network.AddLink("link" + std::to_string(i), {.mbps = 50, .rtt_ms = 50, .buffer_bytes = 375'000}));
    for (Duration at = Duration::Zero(); at < length; at += step) {
      const double mbps = 10 + 90 * random.Uniform(), rtt = 10 + 90 * random.Uniform(), loss = 0.01 * random.Uniform();
      capacity += mbps * step.seconds() / length.seconds();
      network.simulation().At(at, [&network, link = links.back(), mbps, rtt, loss] {
        static_cast<void>(network);
        link->ChangeThere([=](sim::LinkOptions& options) {
          options.rate = Rate::MegabitsPerSecond(mbps);
          options.delay = Duration::SecondsF(rtt / 2000);
          options.loss = loss;
        });
        link->ChangeBack([=](sim::LinkOptions& options) { options.delay = Duration::SecondsF(rtt / 2000); });
      });
    }
  }
  Flow& flow = network.AddFlow({.name = "mp", .congestion = congestion, .routes = {{links[0]}, {links[1]}}});
  network.Run(length);
  return {.values = {{"share", 100 * flow.Mbps(Duration::Zero(), length) / capacity}}, .series = {{"rate", {.step = 1, .values = flow.Rates(Duration::Seconds(1), length)}}}};
}

std::vector<Variant> ChangingVariants() { return PerController({"mpcc-latency", "mpcc-loss", "lia", "olia", "balia", "cubic", "bbr"}, RunChanging); }
void AnalyseChanging(Analysis& analysis) {
  for (const std::string_view congestion : {"mpcc-latency", "mpcc-loss", "lia", "olia", "balia", "cubic", "bbr"}) {
    analysis.Row(congestion, "share", "of the mean capacity, %", congestion == "mpcc-latency" ? Expectation{.least = 60} : Expectation{});
  }
  analysis.Require("MPCC-latency at least twice LIA", {{"mpcc-latency", "share"}, {"lia", "share"}}, analysis.Mean("mpcc-latency", "share") >= 2 * analysis.Mean("lia", "share"));
  analysis.Bars("Share of a capacity that changes every 5 s", "%", "share");
  analysis.OverTime("Goodput, first seed", "Mbit/s", "rate");
}

// --- row 21 ---

RunOutcome RunConvergence(const RunContext& context, const std::string& congestion) {
  Network network(context.seed);
  sim::Path& link = network.AddLink("link", {.mbps = kMbps, .rtt_ms = kRttMs});
  const Duration phase = context.Length(60, 15), settle = phase * 2 / 3;
  for (int i = 0; i < 3; ++i) network.AddFlow({.name = "flow" + std::to_string(i), .congestion = congestion, .routes = {{&link}}, .start = phase * i});
  network.Run(phase * 3);
  double least = 1;
  for (int arrived = 2; arrived <= 3; ++arrived) {
    std::vector<double> rates;
    for (int i = 0; i < arrived; ++i) rates.push_back(network.flows()[static_cast<std::size_t>(i)]->Mbps(phase * (arrived - 1) + settle, phase * arrived));
    least = std::min(least, Jain(rates));
  }
  RunOutcome outcome{.values = {{"jain", least}}, .series = {}};
  for (std::size_t i = 0; i < 3; ++i) outcome.series["rate" + std::to_string(i)] = {.step = 1, .values = network.flows()[i]->Rates(Duration::Seconds(1), phase * 3)};
  return outcome;
}

std::vector<Variant> ConvergenceVariants() { return PerController({"vivace", "mpcc-loss", "mpcc-latency", "cubic"}, RunConvergence); }
void AnalyseConvergence(Analysis& analysis) {
  for (const std::string_view congestion : {"vivace", "mpcc-loss", "mpcc-latency", "cubic"}) {
    analysis.Row(congestion, "jain", "Jain's index from 40 s after an arrival on", congestion == "cubic" ? Expectation{} : Expectation{.least = 0.95});
    Chart chart{.title = "Three connections arrive: " + std::string(congestion), .x_label = "seconds", .y_label = "Mbit/s"};
    for (const std::string name : {"rate0", "rate1", "rate2"}) {
      const Series* const series = analysis.FirstSeries(congestion, name);
      if (series == nullptr) continue;
      ChartLine line{name, {}};
      for (std::size_t i = 0; i < series->values.size(); ++i) line.points.push_back({static_cast<double>(i) + 0.5, series->values[i]});
      chart.lines.push_back(std::move(line));
    }
    if (!chart.lines.empty()) analysis.Picture(std::move(chart));
  }
}

// --- row 22 ---

RunOutcome RunWVegas(const RunContext& context, bool with_tcp) {
  Network network(context.seed);
  const LinkSpec link{.mbps = kMbps, .rtt_ms = 40, .buffer_bytes = 2 * BdpBytes(kMbps, 40)};
  sim::Path& first = network.AddLink("first", link);
  sim::Path& second = network.AddLink("second", link);
  Flow& mp = network.AddFlow({.name = "mp", .congestion = "wvegas", .routes = {{&first}, {&second}}});
  if (with_tcp) {
    network.AddFlow({.name = "tcp1", .congestion = kUncoupled, .routes = {{&first}}});
    network.AddFlow({.name = "tcp2", .congestion = kUncoupled, .routes = {{&second}}});
  }
  const Duration length = context.Length(90, 15), from = WarmUp(length);
  network.Run(length);
  const double queue_ms = mp.MeanRtt(from, length) - 40;
  return {.values = {{"share", 100 * mp.Mbps(from, length) / (2 * kMbps)}, {"queue", queue_ms * MbpsToPackets(kMbps) / 1000}}, .series = {}};
}

std::vector<Variant> WVegasVariants() {
  return {{"alone", {"wvegas"}, {}, [](const RunContext& c) { return RunWVegas(c, false); }},
          {"with TCP", {"wvegas", kUncoupled}, {}, [](const RunContext& c) { return RunWVegas(c, true); }}};
}

void AnalyseWVegas(Analysis& analysis) {
  analysis.Row("alone", "share", "of 200 Mbit/s, %", {.least = 90});
  analysis.Row("alone", "queue", "queue per link, packets", {.value = 5, .mark = Mark::kPublished, .most = 20});
  analysis.Row("with TCP", "share", "of 200 Mbit/s, %", {.most = 25});
}

}  // namespace

const Experiment kBufferThroughput{
    .number = 15, .name = "buffer-throughput", .title = "Throughput over the size of the buffers",
    .setup = "Two links of 100 Mbit/s, 30 ms, 3 KB to 1 MB of buffer; one connection on both.",
    .source = kSource,
    .criterion = "MPCC at least 170 at 9 KB and 180 at 75 KB, and more than LIA at 9 KB; LIA at least 185 at 375 KB",
    .seeds = 2, .variants = BufferVariants, .analyse = AnalyseBuffers};

const Experiment kBufferLatency{
    .number = 16, .name = "buffer-latency", .title = "Round trip over the size of the buffers (MPCC's figure 9)",
    .setup = "Two links of 100 Mbit/s, 30 ms, 375 KB to 1 MB of buffer; one connection on both.",
    .source = "order of the curves: MPCC (CoNEXT 2020) by a re-run of another laboratory; values: fluid model",
    .criterion = "MPCC-latency at most 45 ms at 1 MB and 5 ms of slope; LIA at least 70 ms at 1 MB; BBR between; wVegas at most 35 ms",
    .seeds = 2, .variants = LatencyVariants, .analyse = AnalyseLatency};

const Experiment kRandomLoss{
    .number = 17, .name = "random-loss", .title = "Throughput under random loss",
    .setup = "Two links of 100 Mbit/s, 30 ms, 375 KB of buffer, 0.01 to 2 % loss; one connection on both, and one TCP on one of them.",
    .source = kSource,
    .criterion = "MPCC-loss at least 160 at 0.5 % and ten times LIA at 1 %; LIA within 30 % of one TCP; BBR at least 180 at 1 %",
    .finding = "MPCC-loss stays a tenth to a fifth below the fluid model at 0.5 and 1 %. Presumably because the model knows the mean loss, and "
             "the controller what one monitor interval of some hundred packets happened to lose, with a utility that punishes more than it "
             "rewards. LIA at 0.01 % needs more than a short run: its window is still that of slow start.",
    .seeds = 2, .variants = LossVariants, .analyse = AnalyseLoss};

const Experiment kMpccFairness{
    .number = 18, .name = "mpcc-fairness", .title = "MPCC: two subflows beside one on the same link",
    .setup = "100 Mbit/s, 30 ms, 375 KB; a connection of two subflows and a single-path one of the same controller, 200 s.",
    .source = kSource, .criterion = "Jain's index at least 0.97, sum at least 88",
    .finding = "Twenty seconds, the short run, are less than these controllers need to share one link.",
    .variants = FairnessVariants, .analyse = AnalyseFairness};

const Experiment kMpccRing{
    .number = 19, .name = "mpcc-ring", .title = "MPCC: three connections around three links",
    .setup = "Three links of 100 Mbit/s, 30 ms, 375 KB; three connections on links 1+2, 2+3, 3+1.",
    .source = kSource, .criterion = "Jain's index at least 0.99, each at least 85",
    .seeds = 3, .variants = RingVariants, .analyse = AnalyseRing};

const Experiment kChangingConditions{
    .number = 20, .name = "changing-conditions", .title = "Links that change every five seconds",
    .setup = "Two links; every 5 s each draws 10 to 100 Mbit/s, RTT 10 to 100 ms, loss 0 to 1 %. One connection on both, 200 s.",
    .source = "MPCC has such a test; its figures were not at hand", .criterion = "MPCC-latency at least 60 % of the mean capacity and twice LIA",
    .seeds = 3, .variants = ChangingVariants, .analyse = AnalyseChanging};

const Experiment kConvergence{
    .number = 21, .name = "convergence", .title = "Three single-path connections arrive one after the other",
    .setup = "100 Mbit/s, 30 ms, one BDP of buffer; three connections 60 s apart.",
    .source = "Vivace (NSDI 2018): a unique equilibrium of equal shares", .criterion = "Jain's index at least 0.95 from 40 s after each arrival on",
    .variants = ConvergenceVariants, .analyse = AnalyseConvergence};

const Experiment kWVegas{
    .number = 22, .name = "wvegas", .title = "wVegas alone, and beside TCP",
    .setup = "Two links of 100 Mbit/s, 40 ms, two BDP of buffer; one connection on both, then with one TCP on each link.",
    .source = "the kernel's wVegas keeps about ten packets queued; that it starves beside Reno is from memory",
    .criterion = "alone 90 % of the links and at most 20 packets of queue; beside TCP at most 25 %",
    .variants = WVegasVariants, .analyse = AnalyseWVegas};

}  // namespace mptcpp::laboratory
