// SPDX-License-Identifier: Apache-2.0
// The experiments, one file each (row_*.cc), and what they have in common.
#pragma once

#include <string>
#include <vector>

#include "laboratory/analysis.h"
#include "laboratory/experiment.h"
#include "laboratory/network.h"

namespace mptcpp::laboratory {

// clang-format off
extern const Experiment kSharedBottleneck, kTwoLinks, kTriangle, kChain, kTorus, kLossyPaths, kRttCompensation, kRttSweep, kDynamicLoad,
    kScenarioA, kScenarioB, kScenarioC, kNonFlappiness, kResponsiveness, kBufferThroughput, kBufferLatency, kRandomLoss, kMpccFairness,
    kMpccRing, kChangingConditions, kConvergence, kWVegas, kCubicAndReno, kReceiveBuffer, kWeakCellular, kEqualPathsBuffer, kBlockDelay,
    kBlestBulk, kBlestFrames, kStreaming, kDownloads, kEqualPaths, kBursts, kRedundant, kRandomMatrix, kSynCost, kChecksumCost, kOutOfOrder,
    kHeterogeneity, kHeterogeneitySum, kHeterogeneityProduct;
// clang-format on

// `count` equal flows: names "<name>0", "<name>1", ...
std::vector<Flow*> AddFlows(Network& network, int count, const FlowSpec& spec);
double SumMbps(const std::vector<Flow*>& flows, Duration from, Duration to);
double SumRouteMbps(const std::vector<Flow*>& flows, std::size_t route, Duration from, Duration to);

// Of a run of this length the first third is warm-up.
inline Duration WarmUp(Duration length) { return length / 3; }

// Within `slack` of the value.
inline Expectation Near(double value, Mark mark, double slack) {
  return {.value = value, .mark = mark, .least = value - slack, .most = value + slack};
}

// One variant per controller, of the same name.
template <typename Run>
std::vector<Variant> PerController(std::initializer_list<const char*> controllers, Run run) {
  std::vector<Variant> variants;
  for (const std::string name : controllers) {
    variants.push_back({name, {name}, {}, [name, run](const RunContext& context) { return run(context, name); }});
  }
  return variants;
}

// Share of the packets that a link has dropped since the counters were copied.
double DropRate(sim::Path& link, const sim::LinkCounters& since);

// Processor time of this thread so far: a busy machine disturbs it little.
double ProcessorSeconds();

// "lia" and so on as the experiments' tables call them.
inline constexpr const char* kUncoupled = "newreno";

}  // namespace mptcpp::laboratory
