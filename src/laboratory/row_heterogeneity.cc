// SPDX-License-Identifier: Apache-2.0
// The promise as a table: no cell of the grid slower than the better path alone, and with enough buffer the sum.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "laboratory/heterogeneity.h"
#include "laboratory/rows.h"
#include "scheduler/scheduler.h"

namespace mptcpp::laboratory {
namespace {

constexpr double kLeastOfBest = 95, kLeastOfSum = 90;
constexpr std::size_t kWorst = 10;

// The scheduler that is made for unlike paths; everything else as it is by default.
constexpr const char* kScheduler = "blest";
const std::string& Controller() {
  static const std::string controller = EndpointOptions{}.congestion;
  return controller;
}
std::vector<Cell> Grid() { return GridOf(kScheduler, Controller()); }

std::vector<Variant> VariantsOf(const std::vector<Cell>& cells) {
  std::vector<Variant> variants;
  for (const Cell& cell : cells) {
    variants.push_back({cell.Name(), {cell.controller}, {cell.scheduler}, [cell](const RunContext& context) { return RunCell(context, cell); }});
  }
  return variants;
}

struct Judged {
  Cell cell;
  double percent = 0;
};

// What was measured of these cells, the worst first.
std::vector<Judged> Judge(const Analysis& analysis, const std::vector<Cell>& cells, std::string_view value) {
  std::vector<Judged> judged;
  for (const Cell& cell : cells) {
    const Statistics statistics = analysis.Of(cell.Name(), value);
    if (statistics.count > 0) judged.push_back({cell, statistics.mean});
  }
  std::ranges::stable_sort(judged, {}, &Judged::percent);
  return judged;
}

std::ptrdiff_t CountBelow(const std::vector<Judged>& judged, double least) {
  return std::ranges::count_if(judged, [least](const Judged& j) { return j.percent < least; });
}

void WorstTen(Analysis& analysis, const std::vector<Judged>& judged, std::string_view value, std::string_view what, const Expectation& expected) {
  for (std::size_t i = 0; i < std::min(kWorst, judged.size()); ++i) analysis.Row(judged[i].cell.Name(), value, what, expected);
}

void RequireAll(Analysis& analysis, const std::vector<Cell>& cells, const std::vector<Judged>& judged, std::string_view value, double least) {
  const std::string first = cells.front().Name(), last = cells.back().Name();
  analysis.Require(fmt::format("no cell below {} %", least), {{first, value}, {last, value}}, CountBelow(judged, least) == 0,
                   fmt::format("{} of {} cells below", CountBelow(judged, least), judged.size()));
}

// One panel: round trips down, rates across.
HeatMap Panel(const Analysis& analysis, std::string title, Cell cell, std::string_view value) {
  HeatMap map{.title = std::move(title), .columns = {}, .rows = {}, .values = {}};
  for (const int rate : kRateRatios) map.columns.push_back(fmt::format("1/{}", rate));
  for (const int rtt : kRttRatios) {
    map.rows.push_back(fmt::format("RTT x{}", rtt));
    for (const int rate : kRateRatios) {
      cell.rate = rate;
      cell.rtt = rtt;
      const Statistics statistics = analysis.Of(cell.Name(), value);
      map.values.push_back(statistics.count > 0 ? std::optional(statistics.mean) : std::nullopt);
    }
  }
  return map;
}

void GridPicture(Analysis& analysis, std::string title, std::string_view value, double threshold) {
  Chart chart{.title = std::move(title), .x_label = {}, .y_label = {}};
  chart.threshold = threshold;
  for (const int buffer : kBufferKib) {
    for (const int loss : kLossPermille) {
      const Cell cell{.loss_permille = loss, .buffer_kib = buffer, .scheduler = kScheduler, .controller = Controller()};
      chart.maps.push_back(Panel(analysis, fmt::format("{} lost, {}", LossText(loss), BufferText(buffer)), cell, value));
    }
  }
  analysis.Picture(std::move(chart));
}

// --- blest and the default controller ---

std::vector<Variant> GridVariants() { return VariantsOf(Grid()); }

void AnalyseGrid(Analysis& analysis) {
  const std::vector<Judged> judged = Judge(analysis, Grid(), "of best");
  WorstTen(analysis, judged, "of best", "% of the better path alone", {.least = kLeastOfBest});
  RequireAll(analysis, Grid(), judged, "of best", kLeastOfBest);
  if (judged.empty()) return;
  GridPicture(analysis, "Goodput in percent of the better path alone (20 Mbit/s, 20 ms); rate of the worse one across", "of best", kLeastOfBest);
  GridPicture(analysis, "The same in percent of the sum of both links", "of sum", 0);
}

// --- enough buffer ---

std::vector<Cell> RuleGrid() {
  std::vector<Cell> cells;
  for (const int rtt : kRttRatios) {
    for (const int rate : kRateRatios) cells.push_back({rate, rtt, 0, 0, kScheduler, Controller()});
  }
  return cells;
}
std::vector<Variant> RuleVariants() { return VariantsOf(RuleGrid()); }

void AnalyseRule(Analysis& analysis) {
  const std::vector<Judged> judged = Judge(analysis, RuleGrid(), "of sum");
  WorstTen(analysis, judged, "of sum", "% of both links", {.least = kLeastOfSum});
  RequireAll(analysis, RuleGrid(), judged, "of sum", kLeastOfSum);
  if (judged.empty()) return;
  Chart chart{.title = "Goodput in percent of the sum of both links, buffer by the rule", .x_label = {}, .y_label = {}};
  chart.threshold = kLeastOfSum;
  chart.maps_per_line = 2;
  chart.maps.push_back(Panel(analysis, "no loss", RuleGrid().front(), "of sum"));
  analysis.Picture(std::move(chart));
}

// --- every scheduler with every controller ---

std::vector<Cell> Product() {
  std::vector<Cell> cells;
  for (const scheduler::SchedulerInfo& info : scheduler::Schedulers()) {
    for (const char* controller : kGridControllers) {
      const std::vector<Cell> grid = GridOf(std::string(info.name), controller);
      cells.insert(cells.end(), grid.begin(), grid.end());
    }
  }
  return cells;
}
std::vector<Variant> ProductVariants() { return VariantsOf(Product()); }

template <typename Keep>
std::vector<Judged> Only(const std::vector<Judged>& judged, Keep keep) {
  std::vector<Judged> kept;
  std::ranges::copy_if(judged, std::back_inserter(kept), keep);
  return kept;
}

HeatMap CombinationPanel(const std::vector<Judged>& judged, std::string title, double (*of)(const std::vector<Judged>&)) {
  HeatMap map{.title = std::move(title), .columns = {kGridControllers.begin(), kGridControllers.end()}, .rows = {}, .values = {}};
  for (const scheduler::SchedulerInfo& info : scheduler::Schedulers()) {
    map.rows.emplace_back(info.name);
    for (const std::string controller : kGridControllers) {
      const auto some = Only(judged, [&](const Judged& j) { return j.cell.scheduler == info.name && j.cell.controller == controller; });
      map.values.push_back(some.empty() ? std::nullopt : std::optional(of(some)));
    }
  }
  return map;
}

void ProductPicture(Analysis& analysis, const std::vector<Judged>& judged) {
  Chart chart{.title = "Percent of the better path alone, over the cells of each combination", .x_label = {}, .y_label = {}};
  chart.maps_per_line = 1;
  chart.maps.push_back(CombinationPanel(judged, "the worst cell", [](const std::vector<Judged>& some) { return some.front().percent; }));
  chart.maps.push_back(CombinationPanel(judged, "the median cell", [](const std::vector<Judged>& some) { return some[some.size() / 2].percent; }));
  chart.maps.push_back(CombinationPanel(judged, "percent of the cells that reach 95 %", [](const std::vector<Judged>& some) {
    return 100.0 - 100.0 * static_cast<double>(CountBelow(some, kLeastOfBest)) / static_cast<double>(some.size());
  }));
  analysis.Picture(std::move(chart));
}

void AnalyseProduct(Analysis& analysis) {
  const std::vector<Judged> judged = Judge(analysis, Product(), "of best");
  if (judged.empty()) return;
  for (const scheduler::SchedulerInfo& info : scheduler::Schedulers()) {
    for (const std::string controller : kGridControllers) {
      const auto some = Only(judged, [&](const Judged& j) { return j.cell.scheduler == info.name && j.cell.controller == controller; });
      if (some.empty()) continue;
      analysis.Row(some.front().cell.Name(), "of best", fmt::format("{}, {}: worst of {} cells, {} below 95 %", info.name, controller, some.size(), CountBelow(some, kLeastOfBest)));
    }
  }
  for (const std::string controller : kGridControllers) {
    WorstTen(analysis, Only(judged, [&](const Judged& j) { return j.cell.controller == controller; }), "of best", controller + ": ten worst", {});
  }
  for (const scheduler::SchedulerInfo& info : scheduler::Schedulers()) {
    WorstTen(analysis, Only(judged, [&](const Judged& j) { return j.cell.scheduler == info.name; }), "of best", std::string(info.name) + ": ten worst", {});
  }
  ProductPicture(analysis, judged);
}

}  // namespace

const Experiment kHeterogeneity{
    .number = 39,
    .name = "heterogeneity",
    .title = "Two unlike paths: never slower than the better one",
    .setup = "Bulk over 20 Mbit/s, 20 ms and a worse path: its rate divided by 1 to 50, its round trip times 1 to 40, 0 to 5 % of its packets lost; "
             "one BDP of queue each; receive buffer 256 KiB to 16 MiB. Scheduler blest, everything else by default. Goodput from 4 s "
             "(ten round trips of the worse path, if that is longer) for 8 s (80 round trips, at most 40 s).",
    .source = "our promise; held against the better path alone: plain TCP, same controller and buffer",
    .criterion = "no cell below 95 %",
    .finding = "Short where a slow path of 800 ms overflows its own queue and the window does not last for its recovery (see heterogeneity-sum).",
    .seeds = 3,
    .variants = GridVariants,
    .analyse = AnalyseGrid};

const Experiment kHeterogeneitySum{
    .number = 40,
    .name = "heterogeneity-sum",
    .title = "Two unlike paths: the sum, with the buffer that RFC 8684 asks for",
    .setup = "The lossless cells with a receive buffer of twice the sum of the rates times the longest round trip, queues not counted. Goodput from "
             "20 s for 40 s.",
    .source = "our promise, by the rule of RFC 8684 3.3.5",
    .criterion = "no cell below 90 % of what both links carry of plain TCP's payload",
    .finding = "At 800 ms blest's gate opens and shuts with a smoothed round trip that is a round trip old: the slow path gets bursts of a whole window, "
               "overflows, and its window shrinks several times in one recovery. At equal round trips the window is what two full queues need, and each "
               "loss shuts it for a round trip.",
    .seeds = 3,
    .variants = RuleVariants,
    .analyse = AnalyseRule};

const Experiment kHeterogeneityProduct{
    .number = 41,
    .name = "heterogeneity-product",
    .title = "Two unlike paths: every scheduler with every controller",
    .setup = "The whole grid for each scheduler with cubic, lia, olia, balia and mpcc-loss. 20,000 runs: --shard 1/N plays every N-th of them, a sample "
             "over all combinations.",
    .source = "the same measure, for what is not the default",
    .criterion = "report only",
    .seeds = 1,
    .on_request = true,
    .variants = ProductVariants,
    .analyse = AnalyseProduct};

}  // namespace mptcpp::laboratory
