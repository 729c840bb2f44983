// SPDX-License-Identifier: Apache-2.0
#include "apps/command.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <list>

#include "apps/demo_command.h"
#include "apps/experiment_command.h"
#include "apps/history_command.h"
#include "apps/ladder_command.h"
#include "apps/perf_command.h"
#include "apps/scenario_command.h"
#include "apps/sim_command.h"
#include "apps/transfer_command.h"

namespace mptcpp::apps {
namespace {

constexpr std::array kCommands{
    Command{"listen", "Wait for a connection; standard input and output (or files) are its two directions", SetUpListenCommand},
    Command{"connect", "Open a connection over one or more paths; input and output as for listen", SetUpConnectCommand},
    Command{"perf", "Measure throughput or latency between two hosts", SetUpPerfCommand},
    Command{"demo", "Watch a transfer over two paths survive the loss of one, and get a report", SetUpDemoCommand},
    Command{"scenario", "Play the stories of the protocol and check every segment", SetUpScenarioCommand},
    Command{"ladder", "Draw a scenario or a capture as a message-sequence chart, on the terminal or as SVG", SetUpLadderCommand},
    Command{"history", "How the option MP_CAPABLE came to look as it does, draft by draft", SetUpHistoryCommand},
    Command{"sim", "Run a scenario file in the simulator", SetUpSimCommand},
    Command{"experiment", "Play the published experiments in the simulator and compare", SetUpExperimentCommand},
};

constexpr const char* kExample = R"(Examples:
  mptcpp demo                                             see it work, on this machine alone
  mptcpp listen 5000 > copy                               receive a file ...
  mptcpp connect HOST:5000 < file                         ... and send it, over UDP, without privileges
  mptcpp connect HOST:5000 --path 10.0.0.2 --path 10.0.1.2 < file   ... over two of your addresses
Each command explains itself: mptcpp COMMAND --help. Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.)";

int Run(const Action& action) {
  try {
    return action();
  } catch (const UsageError& error) {
    return Fail(error.message, kExitUsage);
  } catch (const std::exception& error) {
    return Fail(error.what());
  }
}

// Over UDP every subflow of a client has a socket of its own.
void AllowManyDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// CLI11's own text has several lines; ours is one, and says where to read on.
int UsageFailure(const CLI::App& program, const CLI::ParseError& error) {
  std::string command = "mptcpp";
  for (const CLI::App* at : program.get_subcommands()) {
    command += " " + at->get_name();
    for (const CLI::App* nested : at->get_subcommands()) command += " " + nested->get_name();
  }
  std::string reason = error.what();
  if (const auto end = reason.find('\n'); end != std::string::npos) reason.resize(end);
  return Fail(fmt::format("{} (see {} --help)", reason, command), kExitUsage);
}

}  // namespace

std::span<const Command> Commands() { return kCommands; }

int Fail(const std::string& message, int code) {
  fmt::print(stderr, "mptcpp: {}\n", message);
  return code;
}

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error value of write()
  AllowManyDescriptors();
  CLI::App program("Multipath TCP (RFC 8684) in user space", "mptcpp");
  program.footer(kExample);
  program.require_subcommand(1);
  std::list<std::pair<CLI::App*, Action>> actions;
  for (const Command& command : Commands()) {
    CLI::App* const app = program.add_subcommand(command.name, command.summary);
    actions.emplace_back(app, command.set_up(*app));
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return program.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return program.exit(help);
  } catch (const CLI::ParseError& error) {
    return UsageFailure(program, error);
  }
  for (const auto& [app, action] : actions) {
    if (app->parsed()) return Run(action);
  }
  return kExitUsage;
}

}  // namespace mptcpp::apps
