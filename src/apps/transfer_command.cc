// SPDX-License-Identifier: Apache-2.0
#include "apps/transfer_command.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/address_arguments.h"
#include "apps/common_options.h"
#include "apps/path_arguments.h"
#include "apps/runtime.h"
#include "apps/statistics_json.h"
#include "apps/transfer_session.h"
#include "drivers/clock.h"

namespace mptcpp::apps {
namespace {

constexpr const char* kListenExamples = R"(Examples:
  mptcpp listen 5000 > copy                       one connection, then exit
  mptcpp listen 5000 --output copy --json         into a file (there only when whole), statistics at the end
  mptcpp listen 5000 --keep --output in           every connection into in.1, in.2, ...
  mptcpp listen 5000 --path 10.0.0.1 --path 10.0.1.1 --announce       two addresses, the peer is told of both
  mptcpp listen 80 --driver tun --path mp0=10.9.0.2/24 --input page   the kernel's own TCP and MPTCP can connect to 10.9.0.2)";

constexpr const char* kConnectExamples = R"(Examples:
  mptcpp connect HOST:5000 < file                 send a file; what comes back goes to standard output
  mptcpp connect HOST:5000 --path 10.0.0.2 --path 10.0.1.2 --input file      over two of our addresses
  mptcpp connect HOST:5000 --path 10.0.0.2 --path 10.0.1.2 --backup 10.0.1.2 the second only if the first fails
  mptcpp connect 10.9.0.1:80 --driver tun --path mp0=10.9.0.2/24             to the kernel of this host)";

struct TransferArguments {
  CommonOptions common;
  TransferFiles files;
  std::string address;
};

void AddFileOptions(CLI::App& command, TransferFiles& files) {
  command.add_option("--input", files.input, "Send this file instead of standard input")->type_name("FILE");
  command.add_option("--output", files.output, "Write to this file instead of standard output; it appears when it is whole")
      ->type_name("FILE");
}

int RunSession(Runtime& runtime, const TransferArguments& arguments, bool connect) {
  TransferSession session(runtime, arguments.files, ShowProgress(arguments.common));
  if (const auto opened = session.OpenFiles(); !opened) return Fail(opened.error().message);
  if (connect) {
    if (const auto connected = session.Connect(drivers::MonotonicNow()); !connected) return Fail(connected.error().message);
  }
  int code = session.Run();
  std::string problem = arguments.common.json ? WriteJson(session.Statistics(), arguments.common.json_file) : std::string();
  if (problem.empty()) problem = runtime.Finish();
  if (!problem.empty()) code = Fail(problem);
  return code;
}

int Listen(const TransferArguments& arguments) {
  const SocketAddress local = ParseListenAddress(arguments.address);
  auto runtime = Runtime::ForServer(arguments.common, local);
  if (!runtime) return Fail(runtime.error().message);
  return RunSession(**runtime, arguments, /*connect=*/false);
}

int Connect(const TransferArguments& arguments) {
  const PathArguments paths = ParsePaths(arguments.common);
  const IpFamily family = paths.addresses.empty() ? IpFamily::kNone : paths.addresses.front().family();
  const auto remote = ResolveRemote(arguments.address, family);
  if (!remote) return Fail(remote.error().message);
  auto runtime = Runtime::ForClient(arguments.common, *remote);
  if (!runtime) return Fail(runtime.error().message);
  return RunSession(**runtime, arguments, /*connect=*/true);
}

}  // namespace

Action SetUpListenCommand(CLI::App& command) {
  auto arguments = std::make_shared<TransferArguments>();
  command.add_option("address", arguments->address, "Where to wait")->type_name("[ADDR:]PORT")->required();
  AddFileOptions(command, arguments->files);
  command.add_flag("--keep", arguments->files.keep,
                   "Serve connection after connection until interrupted; --output then gets a number");
  AddCommonOptions(command, arguments->common);
  AddFarmOptions(command, arguments->common);
  command.footer(kListenExamples);
  return [arguments] { return Listen(*arguments); };
}

Action SetUpConnectCommand(CLI::App& command) {
  auto arguments = std::make_shared<TransferArguments>();
  command.add_option("address", arguments->address, "The peer")->type_name("HOST:PORT")->required();
  AddFileOptions(command, arguments->files);
  AddCommonOptions(command, arguments->common);
  command.footer(kConnectExamples);
  return [arguments] { return Connect(*arguments); };
}

}  // namespace mptcpp::apps
