// SPDX-License-Identifier: Apache-2.0
// What a subcommand of `mptcpp` is: a name, a line of summary, and a function that declares its options and returns what to
// run once they are parsed. A new one is a file pair with one such function and one line in the table of commands.cc.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace mptcpp::apps {

inline constexpr int kExitSuccess = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInterrupted = 130;  // 128 + SIGINT, as shells count

// Runs the command and returns its exit code. What the options were parsed into lives in its captures.
using Action = std::function<int()>;

struct Command {
  const char* name;
  const char* summary;                  // one line for `mptcpp --help`
  Action (*set_up)(CLI::App& command);  // declares options (and nested subcommands) on `command`
};

// In the order of `mptcpp --help`.
std::span<const Command> Commands();

// "mptcpp: MESSAGE" and a newline on standard error; returns `code`. The message is one line that says what to do.
int Fail(const std::string& message, int code = kExitFailure);

// Thrown by option checks that need more than one option: exit code 2, one line.
struct UsageError {
  std::string message;
};

// Parses the command line and runs what it names.
int Main(int argc, char** argv);

}  // namespace mptcpp::apps
