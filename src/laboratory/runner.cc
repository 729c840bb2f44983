// SPDX-License-Identifier: Apache-2.0
#include "laboratory/runner.h"

#include <chrono>
#include <exception>
#include <thread>

namespace mptcpp::laboratory {
namespace {

using Clock = std::chrono::steady_clock;

// The state that the threads share.
class Pool {
 public:
  Pool(std::vector<const PlannedRun*> todo, ResultStore& store, const std::function<void(const RunProgress&)>& report,
       const std::atomic<bool>& stop)
      : todo_(std::move(todo)), store_(store), report_(report), stop_(stop) {}

  void Work() {
    for (std::size_t i; !stop_ && (i = next_++) < todo_.size();) {
      try {
        const RunOutcome outcome = todo_[i]->variant.run({.seed = todo_[i]->key.seed, .quick = todo_[i]->key.quick});
        store_.Add(todo_[i]->key, outcome);
        Report(*todo_[i]);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        next_ = todo_.size();
      }
    }
  }
  std::size_t Finish() const {
    if (failure_) std::rethrow_exception(failure_);
    return done_;
  }

 private:
  void Report(const PlannedRun& run) {
    const std::lock_guard lock(mutex_);
    ++done_;
    const double seconds = std::chrono::duration<double>(Clock::now() - started_).count();
    const double left = seconds / static_cast<double>(done_) * static_cast<double>(todo_.size() - done_);
    report_({done_, todo_.size(), left, run.key.experiment + ": " + run.key.variant + ", seed " + std::to_string(run.key.seed)});
  }

  std::vector<const PlannedRun*> todo_;
  ResultStore& store_;
  const std::function<void(const RunProgress&)>& report_;
  const std::atomic<bool>& stop_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::exception_ptr failure_;
  Clock::time_point started_ = Clock::now();
};

}  // namespace

std::vector<PlannedRun> PlanRuns(std::span<const Experiment* const> experiments, const RunOptions& options) {
  std::vector<PlannedRun> plan;
  std::size_t number = 0;
  for (const Experiment* experiment : experiments) {
    const int seeds = options.seeds > 0 ? options.seeds : options.quick ? 1 : experiment->seeds;
    for (const Variant& variant : experiment->variants()) {
      if (!variant.IsAvailable()) continue;
      for (int seed = 1; seed <= seeds; ++seed) {
        if (number++ % options.shards != options.shard - 1) continue;
        plan.push_back({{std::string(experiment->name), variant.name, static_cast<std::uint64_t>(seed), options.quick}, variant});
      }
    }
  }
  return plan;
}

std::size_t PlayRuns(const std::vector<PlannedRun>& plan, unsigned jobs, ResultStore& store,
                     const std::function<void(const RunProgress&)>& report, const std::atomic<bool>& stop) {
  std::vector<const PlannedRun*> todo;
  for (const PlannedRun& run : plan) {
    if (!store.Has(run.key)) todo.push_back(&run);
  }
  Pool pool(std::move(todo), store, report, stop);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([&pool] { pool.Work(); });
    pool.Work();
  }
  return pool.Finish();
}

}  // namespace mptcpp::laboratory
