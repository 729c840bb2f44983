// SPDX-License-Identifier: Apache-2.0
#include "apps/experiment_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "apps/experiment_output.h"
#include "laboratory/runner.h"

namespace mptcpp::apps {
namespace {

using laboratory::Experiment;

constexpr const char* kExamples = R"(Examples:
  mptcpp experiment list                       what there is
  mptcpp experiment show two-links             topology, source of the expected values, criterion
  mptcpp experiment run two-links --jobs 2     play it; or by number: experiment run 2
  mptcpp experiment run all --quick            everything in short, in a few minutes
Nothing leaves this process and no privilege is needed: all of it happens in the simulator, on the code that ships.)";

constexpr const char* kRunExamples = R"(Examples:
  mptcpp experiment run shared-bottleneck                    five seeds, a table, and build/experiments/index.html
  mptcpp experiment run 1 2 3 --seeds 10 --jobs 4            more seeds, over four threads
  mptcpp experiment run all --shard 2/8 --out results        the second of eight parts, for a cluster's job scheduler;
                                                             put all results/runs*.jsonl into one folder, then
  mptcpp experiment run all --no-run --out results           prints what they give together
Ctrl-C loses only the runs that are under way: the same command goes on where it stopped. After a change of the code use
--fresh, or another folder. Exit code 0 says that everything was run, not that every criterion was met.)";

struct RunArguments {
  std::vector<std::string> names;
  std::string out = "build/experiments", shard = "1/1", markdown;
  laboratory::RunOptions options;
  bool fresh = false, no_run = false;
};

std::atomic<bool> interrupted = false;

// The first Ctrl-C lets the runs that are under way end, the second one does not.
void OnInterrupt(int /*signal*/) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);
}

std::vector<const Experiment*> Select(const std::vector<std::string>& names) {
  std::vector<const Experiment*> selected;
  for (const std::string& name : names) {
    if (name == "all") {
      for (const Experiment& experiment : laboratory::Experiments()) {
        if (!experiment.on_request) selected.push_back(&experiment);
      }
      continue;
    }
    const Experiment* const experiment = laboratory::FindExperiment(name);
    if (experiment == nullptr) {
      throw UsageError{fmt::format("no experiment '{}'; did you mean '{}'? (see mptcpp experiment list)", name,
                                   laboratory::NearestExperiment(name))};
    }
    selected.push_back(experiment);
  }
  return selected;
}

void ParseShard(RunArguments& arguments) {
  unsigned part = 0, parts = 0;
  int end = 0;
  if (std::sscanf(arguments.shard.c_str(), "%u/%u%n", &part, &parts, &end) != 2 || arguments.shard.c_str()[end] != '\0' || part < 1 ||
      part > parts || parts > 100'000) {
    throw UsageError{fmt::format("--shard {}: I/N with 1 <= I <= N, for example 2/8", arguments.shard)};
  }
  arguments.options.shard = part;
  arguments.options.shards = parts;
}

int List() {
  for (const Experiment& e : laboratory::Experiments()) fmt::print("{:>3}  {:<24} {}\n", e.number, e.name, e.title);
  return kExitSuccess;
}

int Show(const std::vector<std::string>& names) {
  const char* separator = "";
  for (const Experiment* experiment : Select(names)) {
    fmt::print("{}{}", separator, laboratory::DescribeText(*experiment));
    separator = "\n";
  }
  return kExitSuccess;
}

std::string TimeLeft(double seconds) {
  const auto whole = static_cast<int>(seconds + 0.5);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

void PrintProgress(const laboratory::RunProgress& progress) {
  fmt::print(stderr, "\r\033[K{}/{} runs, {} left  {}", progress.done, progress.total, TimeLeft(progress.seconds_left), progress.what);
  std::fflush(stderr);
}

// A report on what is in the folder takes the short runs of an experiment that nobody has played in full.
bool OnlyShortRuns(const laboratory::ResultStore& store, const Experiment& experiment) {
  bool any = false;
  for (const auto& [key, outcome] : store.results()) {
    if (key.experiment != experiment.name) continue;
    if (!key.quick) return false;
    any = true;
  }
  return any;
}

int RunExperiments(RunArguments& arguments) {
  ParseShard(arguments);
  const auto selected = Select(arguments.names);
  if (arguments.fresh) RemoveResults(arguments.out);
  const bool is_part = arguments.options.shards > 1;
  laboratory::ResultStore store(arguments.out, is_part ? fmt::format("-{}-of-{}", arguments.options.shard, arguments.options.shards) : "");
  const bool terminal = isatty(STDERR_FILENO) == 1;
  if (!arguments.no_run) {
    std::signal(SIGINT, OnInterrupt);
    const auto plan = laboratory::PlanRuns(selected, arguments.options);
    const auto report = [terminal](const laboratory::RunProgress& progress) { if (terminal) PrintProgress(progress); };
    const std::size_t played = laboratory::PlayRuns(plan, arguments.options.jobs, store, report, interrupted);
    if (terminal && played > 0) fmt::print(stderr, "\r\033[K");
    if (interrupted) {
      Fail(fmt::format("interrupted; {} has {} runs, and the same command goes on from there", arguments.out, store.results().size()));
      return kExitInterrupted;
    }
  }
  std::vector<laboratory::Analysis> analyses;
  for (const Experiment* experiment : selected) {
    const bool quick = arguments.options.quick || (arguments.no_run && OnlyShortRuns(store, *experiment));
    analyses.emplace_back(*experiment, store.results(), quick);
  }
  for (const auto& analysis : analyses) fmt::print("{}\n", laboratory::ReportText(analysis));
  WriteReports(analyses, arguments.out);
  if (!arguments.markdown.empty()) WriteDocument(analyses, arguments.markdown);
  fmt::print("{}/index.html has the pictures\n", arguments.out);
  return kExitSuccess;
}

void SetUpRun(CLI::App& run, const std::shared_ptr<RunArguments>& arguments) {
  run.add_option("name", arguments->names, "Names or numbers of experiments, or all")->required()->type_name("NAME");
  run.add_option("--seeds", arguments->options.seeds, "Runs per variant, each with its own random numbers (5; --quick: 1)")
      ->check(CLI::Range(1, 10'000));
  run.add_option("--jobs", arguments->options.jobs, "Threads (1)")->check(CLI::Range(1, 1024));
  run.add_option("--out", arguments->out, "Folder of results and report; what is there already is not played again (build/experiments)")
      ->type_name("DIR");
  run.add_flag("--quick", arguments->options.quick, "Short runs: to see that it works, not to judge by");
  run.add_option("--shard", arguments->shard, "Play only the I-th of N parts")->type_name("I/N");
  run.add_flag("--fresh", arguments->fresh, "Forget the results that are in the folder");
  run.add_flag("--no-run", arguments->no_run, "Play nothing: report on what is in the folder");
  run.add_option("--markdown", arguments->markdown, "Write docs/experiments.md's results; pictures go to pictures/experiments beside it")
      ->type_name("FILE");
  run.footer(kRunExamples);
}

}  // namespace

Action SetUpExperimentCommand(CLI::App& command) {
  auto arguments = std::make_shared<RunArguments>();
  auto names = std::make_shared<std::vector<std::string>>();
  command.require_subcommand(1);
  command.footer(kExamples);
  CLI::App* const list = command.add_subcommand("list", "Names and titles");
  CLI::App* const show = command.add_subcommand("show", "What an experiment does and when it passes");
  show->add_option("name", *names, "Names or numbers of experiments, or all")->required()->type_name("NAME");
  show->footer("Example:\n  mptcpp experiment show triangle");
  list->footer("Example:\n  mptcpp experiment list");
  CLI::App* const run = command.add_subcommand("run", "Play experiments and lay the results beside the published ones");
  SetUpRun(*run, arguments);
  return [=] {
    if (list->parsed()) return List();
    if (show->parsed()) return Show(*names);
    return RunExperiments(*arguments);
  };
}

}  // namespace mptcpp::apps
