// SPDX-License-Identifier: Apache-2.0
#include "apps/scenario_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "apps/scenario_names.h"
#include "apps/scenario_report.h"
#include "scenarios/player.h"

namespace mptcpp::apps {
namespace {

using scenarios::Outcome;
using scenarios::Scenario;

constexpr const char* kExplanation = R"(A scenario is one story of TCP or Multipath TCP: two real endpoints of this program, a network in virtual time between
them, and the exact sequence of segments that has to cross it: flags, relative numbers, options with their fields, and how
both sides end. Most retell a figure of a text; where the figure has a slip, the scenario is right and says what was wrong.

Notation: C>S SYN[seq=0] MPC[v1,H] is a segment from the client to the server on the first subflow, S>C2 one to the client
on the second. MPC is MP_CAPABLE, MPJ MP_JOIN, DSS the data sequence signal; dsn, ssn and dack count from 1 like TCP's
relative numbers. A tick means that the value was recomputed from the keys and is right.

Examples:
  mptcpp scenario list                        what there is
  mptcpp scenario run S000-12                 a join: its story, every segment, and the verdict
  mptcpp scenario run all                     a line for each
  mptcpp ladder S000-12                       the same as a picture; -o FILE.svg for a file
  mptcpp scenario run R1 --pcap r1.pcap       for Wireshark
Exit codes: 0 all passed, 1 one failed, 2 there is no such scenario.)";

struct ScenarioArguments {
  std::vector<std::string> names;
  std::string pcap;
  bool departures = false;
  bool json = false;
};

int List(bool as_json) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Scenario* scenario : scenarios::AllScenarios()) {
    if (as_json) {
      json.push_back(ScenarioJson(*scenario));
    } else {
      fmt::print("{}\n", ScenarioLine(*scenario));
    }
  }
  if (as_json) fmt::print("{}\n", json.dump(2));
  return kExitSuccess;
}

std::vector<const Scenario*> Chosen(const ScenarioArguments& arguments) {
  if (arguments.names == std::vector<std::string>{"all"}) return scenarios::AllScenarios();
  std::vector<const Scenario*> chosen;
  for (const std::string& name : arguments.names) chosen.push_back(&ScenarioOrUsageError(name));
  return chosen;
}

void Print(const Scenario& scenario, const Outcome& outcome, bool whole_story) {
  if (whole_story) fmt::print("{}", ScenarioStory(scenario, outcome));
  if (!outcome.passed) fmt::print("{}", ScenarioFailure(scenario, outcome));
  if (outcome.passed) fmt::print("{}\n", whole_story ? "  passed" : "passed  " + ScenarioLine(scenario));
}

int Run(const ScenarioArguments& arguments) {
  const auto chosen = Chosen(arguments);
  if (!arguments.pcap.empty() && chosen.size() != 1) throw UsageError{"--pcap takes one scenario at a time"};
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  const auto what = arguments.departures ? scenarios::CaptureOf::kDepartures : scenarios::CaptureOf::kClient;
  std::size_t failed = 0;
  for (const Scenario* scenario : chosen) {
    const Outcome outcome = scenarios::Play(*scenario, {.capture_path = arguments.pcap, .capture_of = what});
    if (!outcome.capture_error.empty()) return Fail(outcome.capture_error);
    failed += outcome.passed ? 0 : 1;
    if (arguments.json) {
      json.push_back(ScenarioJson(*scenario, outcome));
    } else {
      Print(*scenario, outcome, chosen.size() == 1);
    }
  }
  if (arguments.json) fmt::print("{}\n", json.dump(2));
  if (!arguments.json && chosen.size() > 1) fmt::print("{} of {} passed\n", chosen.size() - failed, chosen.size());
  return failed == 0 ? kExitSuccess : kExitFailure;
}

}  // namespace

Action SetUpScenarioCommand(CLI::App& command) {
  auto arguments = std::make_shared<ScenarioArguments>();
  CLI::App* const list = command.add_subcommand("list", "Ids, names and titles of all scenarios");
  list->add_flag("--json", arguments->json, "For programs");
  CLI::App* const run = command.add_subcommand("run", "Play scenarios and say whether they went as they must");
  run->add_option("name", arguments->names, "Ids or names as `list` prints them, or all")->type_name("NAME|all")->required();
  run->add_flag("--json", arguments->json, "For programs: every segment and both ends");
  run->add_option("--pcap", arguments->pcap, "Capture what the client sends and receives")->type_name("FILE");
  run->add_flag("--departures", arguments->departures, "... or every segment as it leaves its sender, lost ones too, as it is drawn")
      ->needs("--pcap");
  run->footer("Examples:\n  mptcpp scenario run S000-12\n  mptcpp scenario run R1 R2 R3\n  mptcpp scenario run all --json");
  command.require_subcommand(1);
  command.footer(kExplanation);
  return [arguments, list] { return list->parsed() ? List(arguments->json) : Run(*arguments); };
}

}  // namespace mptcpp::apps
