// SPDX-License-Identifier: Apache-2.0
#include "apps/ladder_command.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "apps/scenario_names.h"
#include "scenarios/player.h"
#include "trace/capture.h"
#include "trace/ladder.h"
#include "trace/ladder_svg.h"
#include "trace/ladder_text.h"

namespace mptcpp::apps {
namespace {

constexpr const char* kExamples = R"(Examples:
  mptcpp ladder S000-12                               a scenario (see mptcpp scenario list), on the terminal
  mptcpp ladder S000-12 -o join.svg                   the same as a picture
  mptcpp ladder capture.pcap                          the first connection of a capture
  mptcpp ladder capture.pcap -o chart.svg             the same as a picture
  mptcpp ladder client.pcap server.pcap               two captures of one conversation: true delays and losses
  mptcpp ladder capture.pcap --list                   what is in it, and what was verified
Ticks mean: recomputed from the keys in the capture and right.)";

struct LadderArguments {
  std::vector<std::string> files;
  std::string output;
  std::size_t connection = 1;
  std::size_t limit = 60;
  double skip = 0;
  std::size_t width = 0;
  bool each = false;
  bool list = false;
};

bool IsTerminal() { return isatty(STDOUT_FILENO) == 1; }

std::size_t TerminalWidth() {
  constexpr std::size_t kUnknown = 120, kWidest = 200;
  winsize size{};
  if (!IsTerminal() || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUnknown;
  return std::min<std::size_t>(size.ws_col, kWidest);
}

bool UseColour() { return IsTerminal() && std::getenv("NO_COLOR") == nullptr; }

int List(const trace::Capture& capture) {
  for (std::size_t i = 0; i < capture.tracker.connections().size(); ++i) {
    const auto summary = trace::Summarize(capture, i);
    fmt::print("{}\n  {}\n", summary.title, summary.detail);
    for (const trace::Finding& finding : capture.tracker.connections()[i].findings) {
      fmt::print("  {}packet {}: {}\n", finding.is_problem ? "PROBLEM, " : "", capture.tracker.segments()[finding.segment].number,
                 finding.text);
    }
  }
  return kExitSuccess;
}

int WriteSvg(const std::string& path, const trace::Ladder& ladder) {
  std::ofstream file(path, std::ios::binary);
  file << trace::LadderSvg(ladder) << std::flush;
  return file ? kExitSuccess : Fail("cannot write " + path);
}

int Show(const LadderArguments& arguments, const trace::Ladder& ladder) {
  if (!arguments.output.empty()) return WriteSvg(arguments.output, ladder);
  const std::size_t width = arguments.width == 0 ? TerminalWidth() : arguments.width;
  fmt::print("{}", trace::LadderText(ladder, {.width = width, .colour = UseColour()}));
  return kExitSuccess;
}

// A picture of what really happened, also if it is not what should have.
int DrawScenario(const LadderArguments& arguments, const scenarios::Scenario& scenario) {
  const scenarios::Outcome outcome = scenarios::Play(scenario);
  const int shown = Show(arguments, scenarios::LadderOf(scenario, outcome));
  if (shown != kExitSuccess || outcome.passed) return shown;
  return Fail(fmt::format("{} did not go as it must: mptcpp scenario run {}", scenario.id, scenario.id));
}

bool IsFile(const std::string& name) {
  std::error_code error;
  return std::filesystem::exists(name, error) || name.find('/') != std::string::npos || name.find(".pcap") != std::string::npos;
}

int DrawLadder(const LadderArguments& arguments) {
  if (arguments.files.size() == 1 && !IsFile(arguments.files[0])) return DrawScenario(arguments, ScenarioOrUsageError(arguments.files[0]));
  const auto capture = trace::ReadCapture(arguments.files);
  if (!capture) return Fail(capture.error());
  const std::size_t count = capture->tracker.connections().size();
  if (count == 0) return Fail(arguments.files.front() + " has no TCP in it");
  if (arguments.list) return List(*capture);
  if (arguments.connection < 1 || arguments.connection > count) {
    return Fail(fmt::format("there is no connection {}: the capture has {} (see --list)", arguments.connection, count),
                kExitUsage);
  }
  const trace::LadderOptions options{.connection = arguments.connection - 1,
                                     .limit = arguments.limit == 0 ? static_cast<std::size_t>(-1) : arguments.limit,
                                     .skip = Duration::SecondsF(arguments.skip),
                                     .merge_bursts = !arguments.each};
  const trace::Ladder ladder = trace::BuildLadder(*capture, options);
  return Show(arguments, ladder);
}

}  // namespace

Action SetUpLadderCommand(CLI::App& command) {
  auto arguments = std::make_shared<LadderArguments>();
  command.add_option("file", arguments->files, "A scenario's id or name, a pcap file, or one of each end")
      ->type_name("NAME|FILE.pcap")
      ->required()
      ->expected(1, 2);
  command.add_option("-o,--output", arguments->output, "Write an SVG picture there")->type_name("FILE.svg");
  command.add_option("--connection", arguments->connection, "Which connection of the capture (1)");
  command.add_option("--limit", arguments->limit, "Draw so many arrows (60; 0: all)");
  command.add_option("--skip", arguments->skip, "Begin so many seconds after the first segment")->check(CLI::NonNegativeNumber);
  command.add_option("--width", arguments->width, "Columns (the terminal's)")->check(CLI::Range(60, 1000));
  command.add_flag("--each", arguments->each, "An arrow for each segment, also where one host sends many at once");
  command.add_flag("--list", arguments->list, "Only say which connections there are and what was found");
  command.footer(kExamples);
  return [arguments] { return DrawLadder(*arguments); };
}

}  // namespace mptcpp::apps
