// SPDX-License-Identifier: Apache-2.0
// Raiciu et al., NSDI 2012: with a small receive buffer a slow path holds up a fast one, unless something is done about it.
#include <fmt/format.h>

#include <algorithm>

#include "laboratory/frames.h"
#include "laboratory/rows.h"

namespace mptcpp::laboratory {
namespace {

struct Mode {
  const char* name;
  bool multipath, opportunistic, penalisation;
};
constexpr Mode kModes[] = {{"TCP over WiFi", false, false, false}, {"plain", true, false, false}, {"M1", true, true, false}, {"M1,2", true, true, true}};
constexpr int kKilobytes[] = {50, 100, 200, 400, 600, 1000};

struct World {
  LinkSpec wifi, cellular;
};
constexpr double kWifiMbps = 8;
World Strong() { return {{.mbps = kWifiMbps, .rtt_ms = 20, .buffer_bytes = 80'000}, {.mbps = 2, .rtt_ms = 150, .buffer_bytes = 500'000}}; }
World Weak() { return {{.mbps = kWifiMbps, .rtt_ms = 20, .buffer_bytes = 80'000}, {.mbps = 0.05, .rtt_ms = 150, .buffer_bytes = 12'500}}; }

RunOutcome Run(const RunContext& context, const World& world, const Mode& mode, int kilobytes) {
  Network network(context.seed);
  sim::Path& wifi = network.AddLink("wifi", world.wifi);
  sim::Path& cellular = network.AddLink("3g", world.cellular);
  FlowSpec spec{.name = "flow", .congestion = mode.multipath ? "lia" : kUncoupled, .routes = {{&wifi}}};
  if (mode.multipath) spec.routes.push_back({&cellular});
  spec.receive_buffer = Bytes(kilobytes * 1000);
  spec.opportunistic_retransmission = mode.opportunistic;
  spec.penalisation = mode.penalisation;
  Flow& flow = network.AddFlow(spec);
  const Duration length = context.Length(120, 30), from = WarmUp(length);
  network.Run(length);
  return {.values = {{"rate", flow.Mbps(from, length)}}, .series = {}};
}

std::string Name(const char* mode, int kilobytes) { return fmt::format("{}, {} KB", mode, kilobytes); }

std::vector<Variant> VariantsOf(World (*world)(), std::span<const int> sizes) {
  std::vector<Variant> variants;
  for (const int size : sizes) {
    for (const Mode& mode : kModes) {
      variants.push_back({Name(mode.name, size), {mode.multipath ? "lia" : kUncoupled}, {},
                          [=, &mode](const RunContext& context) { return Run(context, world(), mode, size); }});
    }
  }
  return variants;
}

// --- row 24 ---

std::vector<Variant> Variants() { return VariantsOf(Strong, kKilobytes); }

void Analyse(Analysis& analysis) {
  bool harmed = false, never_worse = true;
  std::string where;
  Chart chart{.title = "Goodput over the receive buffer, WiFi 8 and 3G 2 Mbit/s", .x_label = "KB", .y_label = "Mbit/s"};
  for (const int size : kKilobytes) {
    const double tcp = analysis.Mean(Name("TCP over WiFi", size), "rate"), plain = analysis.Mean(Name("plain", size), "rate");
    const double both = analysis.Mean(Name("M1,2", size), "rate");
    for (const char* mode : {"TCP over WiFi", "plain", "M1"}) analysis.Row(Name(mode, size), "rate", "Mbit/s");
    analysis.Row(Name("M1,2", size), "rate", "Mbit/s", {.least = size == 600 ? std::max(9.0, 0.95 * tcp) : 0.95 * tcp});
    if (plain < 0.9 * tcp) harmed = true;
    if (both < 0.95 * plain) never_worse = false, where += fmt::format(" {} KB: {:.2f} against {:.2f}", size, both, plain);
  }
  for (const Mode& mode : kModes) {
    std::vector<std::pair<double, std::string>> points;
    for (const int size : kKilobytes) points.emplace_back(size, Name(mode.name, size));
    chart.lines.push_back(analysis.Sweep(mode.name, "rate", points));
  }
  const std::string first = Name("plain", 50), last = Name("M1,2", 1000);
  analysis.Require("plain is below 0.9 of TCP over WiFi at one size at least", {{first, "rate"}, {last, "rate"}}, harmed);
  analysis.Require("M1,2 at least as good as plain at every size (5 %)", {{first, "rate"}, {last, "rate"}}, never_worse, where);
  if (analysis.Has(first, "rate")) analysis.Picture(std::move(chart));
}

// --- row 25 ---

constexpr int kWeakKilobytes[] = {200};
std::vector<Variant> WeakVariants() { return VariantsOf(Weak, kWeakKilobytes); }
void AnalyseWeak(Analysis& analysis) {
  const double tcp = analysis.Mean(Name("TCP over WiFi", 200), "rate");
  for (const char* mode : {"TCP over WiFi", "plain", "M1"}) analysis.Row(Name(mode, 200), "rate", "Mbit/s");
  analysis.Row(Name("M1,2", 200), "rate", "Mbit/s", {.least = 0.95 * tcp});
  analysis.Bars("Goodput with a 3G of 50 kbit/s beside WiFi", "Mbit/s", "rate");
}

// --- row 26 ---

constexpr double kEqualMbps = 100, kEqualRttMs = 50;

RunOutcome RunEqual(const RunContext& context, double more_ms, double of_the_rule) {
  Network network(context.seed);
  sim::Path& first = network.AddLink("first", {.mbps = kEqualMbps, .rtt_ms = kEqualRttMs});
  sim::Path& second = network.AddLink("second", {.mbps = kEqualMbps, .rtt_ms = kEqualRttMs + more_ms});
  const double rule = 2 * BdpBytes(2 * kEqualMbps, kEqualRttMs + more_ms);
  FlowSpec spec{.name = "flow", .congestion = "cubic", .routes = {{&first}, {&second}}};
  spec.receive_buffer = Bytes(static_cast<std::int64_t>(rule * of_the_rule));
  spec.send_buffer = Bytes::MiB(64);
  Flow& flow = network.AddFlow(spec);
  const Duration length = context.Length(90, 30), from = WarmUp(length);
  network.Run(length);
  return {.values = {{"rate", flow.Mbps(from, length)}}, .series = {}};
}

std::vector<Variant> EqualVariants() {
  return {{"equal, rule", {"cubic"}, {}, [](const RunContext& c) { return RunEqual(c, 0, 1); }},
          {"equal, a tenth", {"cubic"}, {}, [](const RunContext& c) { return RunEqual(c, 0, 0.1); }},
          {"+500 ms, rule", {"cubic"}, {}, [](const RunContext& c) { return RunEqual(c, 500, 1); }},
          {"+500 ms, a tenth", {"cubic"}, {}, [](const RunContext& c) { return RunEqual(c, 500, 0.1); }}};
}

void AnalyseEqual(Analysis& analysis) {
  analysis.Row("equal, rule", "rate", "Mbit/s", {.value = 200, .mark = Mark::kPublished, .least = 190});
  analysis.Row("equal, a tenth", "rate", "Mbit/s");
  analysis.Row("+500 ms, rule", "rate", "Mbit/s", {.value = 200, .mark = Mark::kPublished, .least = 190});
  analysis.Row("+500 ms, a tenth", "rate", "Mbit/s", {.most = 160});
  analysis.Bars("Goodput over two paths of 100 Mbit/s", "Mbit/s", "rate");
}

// --- row 27 ---

RunOutcome RunBlocks(const RunContext& context, const Mode& mode) {
  Network network(context.seed);
  sim::Path& wifi = network.AddLink("wifi", {.mbps = 30, .rtt_ms = 5, .loss = 0.0075});
  sim::Path& cellular = network.AddLink("3g", {.mbps = 3, .rtt_ms = 30, .buffer_bytes = 100'000, .loss = 0.001, .jitter_ms = 100});
  FlowSpec spec{.name = "flow", .congestion = mode.multipath ? "lia" : kUncoupled, .routes = {{&wifi}}, .bulk = false};
  if (mode.multipath) spec.routes.push_back({&cellular});
  spec.receive_buffer = spec.send_buffer = Bytes(200'000);
  spec.opportunistic_retransmission = mode.opportunistic;
  spec.penalisation = mode.penalisation;
  FrameStream blocks(network.AddFlow(spec), {.bytes = 8192});
  const Duration length = context.Length(100, 20);
  network.Run(length);
  const std::vector<double> delays = blocks.Delays(length / 5);
  Series distribution{.step = 0, .values = {}};
  for (int percent = 1; percent <= 100; ++percent) distribution.values.push_back(Percentile(delays, percent / 100.0));
  return {.values = {{"p50", Percentile(delays, 0.5)}, {"p95", Percentile(delays, 0.95)}}, .series = {{"delays", distribution}}};
}

std::vector<Variant> BlockVariants() {
  std::vector<Variant> variants;
  for (const Mode& mode : kModes) {
    variants.push_back({mode.name, {mode.multipath ? "lia" : kUncoupled}, {}, [&mode](const RunContext& context) { return RunBlocks(context, mode); }});
  }
  return variants;
}

void AnalyseBlocks(Analysis& analysis) {
  for (const Mode& mode : kModes) {
    analysis.Row(mode.name, "p50", "median, ms");
    const bool judged = std::string_view(mode.name) == "M1,2" && analysis.Has("plain", "p95");
    analysis.Row(mode.name, "p95", "95th percentile, ms", judged ? Expectation{.most = analysis.Mean("plain", "p95")} : Expectation{});
  }
  analysis.Distribution("Delay of blocks of 8 KB", "ms", "delays");
}

constexpr const char* kNsdi = "NSDI 2012 and two re-runs of it; the set-up from memory";

}  // namespace

const Experiment kReceiveBuffer{
    .number = 24,
    .name = "receive-buffer",
    .title = "Small receive buffers, WiFi and 3G",
    .setup = "WiFi 8 Mbit/s, 20 ms, 80 KB of queue; 3G 2 Mbit/s, 150 ms, 500 KB of queue (2 s). Bulk, LIA, receive buffer 50 KB to 1 MB; without "
             "help, with opportunistic retransmission (M1), and with penalisation as well (M1,2).",
    .source = kNsdi,
    .criterion = "M1,2 at least 0.95 of TCP over WiFi everywhere and 9 Mbit/s at 600 KB; plain below 0.9 somewhere; M1,2 no worse than plain",
    .finding = "At 100 KB the window is just what the WiFi alone needs with its queue full (20 KB of path, 80 KB of queue). Every segment that "
             "the 3G holds then stops the connection for a round trip of the WiFi, until its copy is through.",
    .seeds = 3,
    .variants = Variants,
    .analyse = Analyse};

const Experiment kWeakCellular{
    .number = 25,
    .name = "weak-3g",
    .title = "A 3G of 50 kbit/s beside WiFi",
    .setup = "WiFi 8 Mbit/s, 20 ms, 80 KB of queue; 3G 50 kbit/s, 150 ms, 2 s of queue. Bulk, LIA, receive buffer 200 KB.",
    .source = kNsdi,
    .criterion = "M1,2 at least 0.95 of TCP over WiFi",
    .finding = "Each segment on the 3G takes 0.3 s or more; after 0.2 s the window of 200 KB is used up, its copy goes over the WiFi, and the "
             "link rests for the 20 ms until that is acknowledged. With one segment at a time that is a tenth of the rate: as the mechanism "
             "is defined, it comes one round trip late. Not using such a path at all (schedulers blest and ecf) costs nothing.",
    .variants = WeakVariants,
    .analyse = AnalyseWeak};

const Experiment kEqualPathsBuffer{
    .number = 26,
    .name = "equal-paths-buffer",
    .title = "How much receive buffer two paths need",
    .setup = "Two paths of 100 Mbit/s, 50 ms, then one of them 500 ms longer; CUBIC; a receive buffer of twice the sum of the rates times the "
             "longest round trip, or a tenth of it.",
    .source = "Barre et al. 2011, NSDI 2012",
    .criterion = "190 of 200 Mbit/s with the rule's buffer; below 160 with a tenth of it and +500 ms",
    .finding = "The buffer is not what is short: the longer path holds 4600 packets, and CUBIC with a round trip of 550 ms and more has not "
             "filled them within 90 s.",
    .seeds = 3,
    .variants = EqualVariants,
    .analyse = AnalyseEqual};

const Experiment kBlockDelay{
    .number = 27,
    .name = "block-delay",
    .title = "Delay of blocks that an application writes",
    .setup = "Blocks of 8 KB as fast as the send buffer of 200 KB takes them, receive buffer 200 KB. WiFi 30 Mbit/s, 5 ms, 0.75 % loss; 3G 3 Mbit/s, "
             "30 ms, 100 ms of jitter, 0.1 % loss.",
    .source = kNsdi,
    .criterion = "95th percentile with M1,2 no later than plain",
    .variants = BlockVariants,
    .analyse = AnalyseBlocks};

}  // namespace mptcpp::laboratory
