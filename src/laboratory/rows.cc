// SPDX-License-Identifier: Apache-2.0
#include "laboratory/rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "congestion/registry.h"
#include "scheduler/scheduler.h"

namespace mptcpp::laboratory {
namespace {

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const Experiment> Experiments() {
  static const auto kAll = [] {
    std::vector<Experiment> all{kSharedBottleneck, kTwoLinks, kTriangle, kChain, kTorus, kLossyPaths, kRttCompensation, kRttSweep,
                                kDynamicLoad, kScenarioA, kScenarioB, kScenarioC, kNonFlappiness, kResponsiveness, kBufferThroughput, kBufferLatency, kRandomLoss,
                                kMpccFairness, kMpccRing, kChangingConditions, kConvergence, kWVegas, kCubicAndReno, kReceiveBuffer,
                                kWeakCellular, kEqualPathsBuffer, kBlockDelay, kBlestBulk, kBlestFrames, kStreaming, kDownloads,
                                kEqualPaths, kBursts, kRedundant, kRandomMatrix, kSynCost, kChecksumCost,
                                kOutOfOrder, kHeterogeneity, kHeterogeneitySum, kHeterogeneityProduct};
    std::ranges::sort(all, {}, &Experiment::number);
    return all;
  }();
  return kAll;
}

const Experiment* FindExperiment(std::string_view name_or_number) {
  int number = 0;
  const auto parsed = std::from_chars(name_or_number.data(), name_or_number.data() + name_or_number.size(), number);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == name_or_number.data() + name_or_number.size();
  for (const Experiment& experiment : Experiments()) {
    if (is_number ? experiment.number == number : experiment.name == name_or_number) return &experiment;
  }
  return nullptr;
}

std::string_view NearestExperiment(std::string_view name) {
  return std::ranges::min(Experiments(), {}, [name](const Experiment& e) { return EditDistance(name, e.name); }).name;
}

bool Variant::IsAvailable() const {
  return std::ranges::all_of(controllers, [](const auto& wanted) { return congestion::FindController(wanted) != nullptr; }) &&
         std::ranges::all_of(schedulers, [](const auto& wanted) { return scheduler::FindScheduler(wanted) != nullptr; });
}

std::vector<Flow*> AddFlows(Network& network, int count, const FlowSpec& spec) {
  std::vector<Flow*> flows;
  for (int i = 0; i < count; ++i) {
    FlowSpec numbered = spec;
    numbered.name += std::to_string(i);
    flows.push_back(&network.AddFlow(numbered));
  }
  return flows;
}

double SumMbps(const std::vector<Flow*>& flows, Duration from, Duration to) {
  double sum = 0;
  for (const Flow* flow : flows) sum += flow->Mbps(from, to);
  return sum;
}

double DropRate(sim::Path& link, const sim::LinkCounters& since) {
  const sim::LinkCounters& now = link.there().counters();
  const auto offered = static_cast<double>(now.packets_in - since.packets_in);
  return offered > 0 ? static_cast<double>(now.dropped_full - since.dropped_full + now.dropped_early - since.dropped_early + now.lost - since.lost) / offered : 0;
}

double ProcessorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double SumRouteMbps(const std::vector<Flow*>& flows, std::size_t route, Duration from, Duration to) {
  double sum = 0;
  for (const Flow* flow : flows) sum += flow->RouteMbps(route, from, to);
  return sum;
}

}  // namespace mptcpp::laboratory
