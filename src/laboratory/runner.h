// SPDX-License-Identifier: Apache-2.0
// Plays the runs that are missing from a result store, over several threads: a run shares nothing with another one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "laboratory/results.h"

namespace mptcpp::laboratory {

struct RunOptions {
  int seeds = 0;       // per variant; 0: what the experiment wants
  bool quick = false;
  unsigned jobs = 1;
  unsigned shard = 1, shards = 1;  // this process takes every shards-th run, beginning with the shard-th
};

struct PlannedRun {
  RunKey key;
  Variant variant;
};

// Every run of these experiments that this shard has to play, in a fixed order; what is not available is left out.
std::vector<PlannedRun> PlanRuns(std::span<const Experiment* const> experiments, const RunOptions& options);

struct RunProgress {
  std::size_t done = 0, total = 0;  // of the runs that were missing
  double seconds_left = 0;          // an estimate; 0: no idea yet
  std::string what;                 // the run that just ended
};

// Plays what `store` does not have. `report` is called from one thread at a time. Stops early, between runs, once `stop` is
// true. Returns the number of runs played; the first exception of a run ends all and is thrown on.
std::size_t PlayRuns(const std::vector<PlannedRun>& plan, unsigned jobs, ResultStore& store,
                     const std::function<void(const RunProgress&)>& report, const std::atomic<bool>& stop);

}  // namespace mptcpp::laboratory
