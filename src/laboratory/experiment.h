// SPDX-License-Identifier: Apache-2.0
// What an experiment is: some variants (an algorithm, a size) that are each run with several seeds, and an analysis that lays
// the numbers beside what is published or derived. Plain data; who runs it, where and when is the runner's business.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace mptcpp::laboratory {

class Analysis;

// Something over time, or a sorted sample for a distribution (step 0).
struct Series {
  double step = 1;  // seconds between values
  std::vector<double> values;
};

// What one run measured, by name.
struct RunOutcome {
  std::map<std::string, double> values;
  std::map<std::string, Series> series;
};

struct RunContext {
  std::uint64_t seed = 1;
  bool quick = false;  // the short version that the tests run
  // Seconds of simulated time.
  Duration Length(std::int64_t full, std::int64_t short_version) const {
    return Duration::Seconds(quick ? short_version : full);
  }
};

struct Variant {
  std::string name;                      // unique within the experiment
  std::vector<std::string> controllers;  // what it needs; a name that does not exist makes it "not available"
  std::vector<std::string> schedulers;
  std::function<RunOutcome(const RunContext&)> run;

  bool IsAvailable() const;
};

struct Experiment {
  int number = 0;              // of the list in docs/experiments.md
  std::string_view name;       // "shared-bottleneck"
  std::string_view title;      // one line
  std::string_view setup;      // topology and parameters, a few sentences
  std::string_view source;     // who published it, or where the value comes from
  std::string_view criterion;  // in words
  std::string_view finding;    // what is known about why it comes out as it does; empty: as expected
  int seeds = 5;
  bool on_request = false;     // so large that "all" leaves it out
  bool deterministic = true;   // equal seeds give equal values; false for what reads a real clock
  std::vector<Variant> (*variants)() = nullptr;
  void (*analyse)(Analysis& analysis) = nullptr;
};

// All of them, by number.
std::span<const Experiment> Experiments();
// By name or number; nullptr if there is none.
const Experiment* FindExperiment(std::string_view name_or_number);
// The name that is most like it.
std::string_view NearestExperiment(std::string_view name);

}  // namespace mptcpp::laboratory
