// SPDX-License-Identifier: Apache-2.0
#include "apps/perf_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/address_arguments.h"
#include "apps/path_arguments.h"
#include "apps/perf_client.h"
#include "apps/perf_server.h"
#include "apps/progress.h"
#include "apps/statistics_json.h"
#include "drivers/clock.h"

namespace mptcpp::apps {
namespace {

constexpr const char* kExamples = R"(Examples:
  mptcpp perf listen 5001                                     on one host, then on the other:
  mptcpp perf connect HOST:5001                               upload for 10 s
  mptcpp perf connect HOST:5001 --bytes 1G --reverse          download of 1 GiB
  mptcpp perf connect HOST:5001 --latency --request 100 --response 1000
  mptcpp perf connect HOST:5001 --connections 8 --path 10.0.0.2 --path 10.0.1.2)";

struct PerfArguments {
  CommonOptions common;
  std::string address;
  PerfRequest request;
  bool once = false;
  bool reverse = false;
  bool latency = false;
  unsigned connections = 1;
};

int ListenPerf(const PerfArguments& arguments) {
  const SocketAddress local = ParseListenAddress(arguments.address);
  auto runtime = Runtime::ForServer(arguments.common, local);
  if (!runtime) return Fail(runtime.error().message);
  PerfServer server(**runtime, arguments.once);
  const int code = server.Run();
  const std::string problem = (*runtime)->Finish();
  return problem.empty() ? code : Fail(problem);
}

void PrintResult(const PerfRequest& request, const nlohmann::ordered_json& result) {
  const double seconds = result["seconds"];
  if (request.mode != PerfMode::kLatency) {
    fmt::print("{} in {:.2f} s: {}\n", FormatBytes(result["bytes"]), seconds, FormatRate(result["bits_per_second"]));
    return;
  }
  fmt::print("{} requests in {:.2f} s: {:.0f} per second\n", result["requests"].get<std::uint64_t>(), seconds,
             result["requests_per_second"].get<double>());
  for (const auto& [name, value] : result["latency_us"].items()) fmt::print("  {:<5}{:>12.1f} us\n", name, value.get<double>());
}

int ConnectPerf(PerfArguments arguments) {
  if (arguments.latency && arguments.reverse) throw UsageError{"--latency has both directions already: leave --reverse out"};
  arguments.request.mode = arguments.latency ? PerfMode::kLatency : arguments.reverse ? PerfMode::kDownload : PerfMode::kUpload;
  const PathArguments paths = ParsePaths(arguments.common);
  const auto remote =
      ResolveRemote(arguments.address, paths.addresses.empty() ? IpFamily::kNone : paths.addresses.front().family());
  if (!remote) return Fail(remote.error().message);
  arguments.common.no_delay = arguments.latency;
  auto runtime = Runtime::ForClient(arguments.common, *remote);
  if (!runtime) return Fail(runtime.error().message);
  PerfClient client(**runtime, arguments.request);
  if (const auto connected = client.Connect(arguments.connections, drivers::MonotonicNow()); !connected)
    return Fail(connected.error().message);
  int code = client.Run();
  if (code != kExitFailure) PrintResult(arguments.request, client.result());
  std::string problem = arguments.common.json ? WriteJson(client.result(), arguments.common.json_file) : std::string();
  if (problem.empty()) problem = (*runtime)->Finish();
  if (!problem.empty()) code = Fail(problem);
  return code;
}

Action SetUpPerfListen(CLI::App& command) {
  auto arguments = std::make_shared<PerfArguments>();
  command.add_option("address", arguments->address, "Where to wait")->type_name("[ADDR:]PORT")->required();
  command.add_flag("--once", arguments->once, "End after the first test instead of running until interrupted");
  AddCommonOptions(command, arguments->common);
  return [arguments] { return ListenPerf(*arguments); };
}

Action SetUpPerfConnect(CLI::App& command) {
  auto arguments = std::make_shared<PerfArguments>();
  PerfRequest& request = arguments->request;
  command.add_option("address", arguments->address, "A host where `mptcpp perf listen` runs")->type_name("HOST:PORT")->required();
  command.add_option("--time", request.seconds, "Seconds to run (10)")->check(CLI::Range(0.001, 86400.0));
  command.add_option("--bytes", request.bytes, "Bytes to move instead of --time; K, M, G are understood")
      ->transform(CLI::AsSizeValue(false));
  command.add_flag("--reverse", arguments->reverse, "Download instead of upload");
  command.add_option("--write-size", request.write_size, "Bytes per write of the sender (64K)")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(1u, kMaxPerfSize));
  command.add_flag("--latency", arguments->latency,
                   "Requests and responses, one after the other, and percentiles of the time that takes");
  command.add_option("--request", request.request_size, "Bytes per request (1)")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(1u, kMaxPerfSize));
  command.add_option("--response", request.response_size, "Bytes per response (1)")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(1u, kMaxPerfSize));
  command.add_option("--connections", arguments->connections, "Connections at the same time")->check(CLI::Range(1u, 10000u));
  AddCommonOptions(command, arguments->common);
  command.footer(kExamples);
  return [arguments] { return ConnectPerf(*arguments); };
}

}  // namespace

Action SetUpPerfCommand(CLI::App& command) {
  command.require_subcommand(1);
  command.footer(kExamples);
  CLI::App* const listen = command.add_subcommand("listen", "Serve tests until interrupted");
  CLI::App* const connect = command.add_subcommand("connect", "Run a test");
  const Action run_listen = SetUpPerfListen(*listen);
  const Action run_connect = SetUpPerfConnect(*connect);
  return [listen, run_listen, run_connect] { return listen->parsed() ? run_listen() : run_connect(); };
}

}  // namespace mptcpp::apps
