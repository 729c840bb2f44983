// SPDX-License-Identifier: Apache-2.0
#include "apps/sim_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "apps/sim_report.h"
#include "relay/real_time.h"
#include "sim/middlebox_registry.h"
#include "sim/scenario_file.h"

namespace mptcpp::apps {
namespace {

constexpr const char* kExamples = R"(Examples:
  mptcpp sim examples/failover.toml                   play it, print a table
  mptcpp sim examples/lossy.toml --seed 7             other random numbers: equal seeds give equal runs
  mptcpp sim examples/two_paths.toml --json out.json --pcap out.pcap   for programs, and for Wireshark:
                                                      out.<host>.pcap for each host
  mptcpp sim examples/middleboxes.toml                 boxes in the paths ([[middlebox]])
  mptcpp sim --middleboxes                             the kinds of them, and their parameters
  mptcpp sim examples/failover.toml --real-time        the same over TUN devices, with the simulated links between them
  mptcpp sim examples/two_paths.toml --real-time --kernel server=lab
                                                      the server is whatever runs in the network namespace lab
The files in examples/ explain the format in comments. Nothing leaves this process, and no privilege is needed, except with
--real-time: it makes namespaces and TUN devices for the time of the run (root, or unprivileged user namespaces).)";

struct SimArguments {
  std::string file, json, pcap;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> kernel_hosts;  // HOST=NAMESPACE
  bool list_middleboxes = false, real_time = false;
};

void ListMiddleboxes() {
  fmt::print("A [[middlebox]] has a kind, a path, and parameters (the defaults are shown; of several words the first):\n\n");
  for (const sim::MiddleboxKind& kind : sim::MiddleboxKinds()) {
    fmt::print("  {:<19} {}\n", kind.name, kind.sentence);
    if (!kind.parameters.empty()) fmt::print("  {:<19}   {}\n", "", kind.parameters);
  }
  fmt::print("\nAll of them, to be there in one phase of a flow only, or from it on (lasting), or for some flows:\n  {:<19}   {}\n", "",
             sim::kGateParameters);
}

// "-" is standard output.
bool WriteJson(const std::string& path, const nlohmann::json& json) {
  const std::string text = json.dump(2) + "\n";
  if (path == "-") return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return file.good();
}

std::expected<sim::ScenarioResult, std::string> Play(const sim::Scenario& scenario, const SimArguments& arguments) {
  if (!arguments.real_time) return sim::RunScenario(scenario, {.capture_path = arguments.pcap});
  relay::RealTimeOptions options{.capture_path = arguments.pcap};
  for (const std::string& text : arguments.kernel_hosts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      throw UsageError{"--kernel " + text + ": it takes HOST=NAMESPACE"};
    }
    options.kernel_hosts[text.substr(0, equals)] = text.substr(equals + 1);
  }
  // Whoever plays the kernel's side may begin now.
  if (!options.kernel_hosts.empty()) options.on_ready = [] { fmt::print(stderr, "ready\n"); };
  return relay::RunInRealTime(scenario, options);
}

int RunSim(const SimArguments& arguments) {
  if (arguments.list_middleboxes) return ListMiddleboxes(), kExitSuccess;
  if (arguments.file.empty()) return Fail("a scenario file is missing", kExitUsage);
  auto scenario = sim::ReadScenarioFile(arguments.file);
  if (!scenario) return Fail(scenario.error(), kExitUsage);
  if (arguments.seed) scenario->seed = *arguments.seed;
  if (!arguments.kernel_hosts.empty() && !arguments.real_time) return Fail("--kernel goes with --real-time", kExitUsage);
  const auto played = Play(*scenario, arguments);
  if (!played) return Fail(played.error());
  const sim::ScenarioResult& result = *played;
  if (arguments.json != "-") fmt::print("{}", SimTable(*scenario, result));
  if (!arguments.json.empty() && !WriteJson(arguments.json, SimJson(*scenario, result))) return Fail("cannot write " + arguments.json);
  if (!result.capture_error.empty()) return Fail(result.capture_error);
  return result.AllIntact() ? kExitSuccess : Fail("a byte arrived wrong: this is a bug of mptcpp");
}

}  // namespace

Action SetUpSimCommand(CLI::App& command) {
  auto arguments = std::make_shared<SimArguments>();
  command.add_option("file", arguments->file, "The scenario, a TOML file")->type_name("FILE");
  command.add_option("--seed", arguments->seed, "Instead of the seed in the file")->type_name("N");
  command.add_option("--json", arguments->json, "Write all results as JSON; - is standard output, without the table")->type_name("FILE");
  command.add_option("--pcap", arguments->pcap, "Capture what each host sends and receives: FILE, with the host's name before the extension")
      ->type_name("FILE");
  command.add_flag("--real-time", arguments->real_time, "In real time, over TUN devices with the scenario's links between them");
  command.add_option("--kernel", arguments->kernel_hosts, "In real time: this host is the kernel's, in that network namespace; repeatable")
      ->type_name("HOST=NAMESPACE")
      ->expected(1)
      ->take_all();
  command.add_flag("--middleboxes", arguments->list_middleboxes, "List the kinds of [[middlebox]] and their parameters");
  command.footer(kExamples);
  return [arguments] { return RunSim(*arguments); };
}

}  // namespace mptcpp::apps
