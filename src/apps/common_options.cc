// SPDX-License-Identifier: Apache-2.0
#include "apps/common_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <iterator>
#include <sstream>

#include <CLI/CLI.hpp>

#include "apps/command.h"
#include "congestion/registry.h"
#include "scheduler/scheduler.h"

namespace mptcpp::apps {
namespace {

template <typename Infos>
std::vector<std::string> Names(const Infos& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos) names.emplace_back(info.name);
  return names;
}

// "lia" or "bbr,mpcc-loss:beta=11.35": the names behind commas cannot be listed, so they are read.
std::string CheckCongestion(const std::string& text) {
  if (congestion::ControllerChoice::Parse(text)) return {};
  return fmt::format("{} is not a congestion control; there are: {}", text, fmt::join(Names(congestion::Controllers()), ", "));
}

std::string CongestionHelp() {
  std::string help = "Congestion control. NAME,NAME,...: one per subflow, further ones take the last. NAME:PARAMETER=NUMBER:...";
  for (const congestion::ControllerInfo& info : congestion::Controllers()) {
    fmt::format_to(std::back_inserter(help), "\n{}: {}", info.name, info.summary);
    if (!info.parameters.empty()) fmt::format_to(std::back_inserter(help), "; parameters {}", info.parameters);
  }
  return help;
}

void AddPathOptions(CLI::App& command, CommonOptions& options) {
  command
      .add_option("--driver", options.driver,
                  "How segments travel: udp (TCP in UDP, no privilege) or tun (a TUN device per path, root)")
      ->check(CLI::IsMember({"udp", "tun"}))
      ->group("Paths");
  command.add_option("--path", options.paths, "One of our addresses; repeat it for more paths. udp: ADDR, tun: DEV=ADDR/PREFIX")
      ->type_name("PATH")
      ->group("Paths")
      ->expected(1)
      ->take_all();
  command
      .add_flag("--announce", options.announce, "Tell the peer our path addresses (ADD_ADDR), so that it opens subflows to them")
      ->group("Paths");
  command.add_flag("--fullmesh", options.fullmesh, "Open subflows from every path to every announced address of the peer")
      ->group("Paths");
  command.add_option("--backup", options.backups, "Use this path only when no other works; repeatable")
      ->type_name("ADDR")
      ->group("Paths")
      ->expected(1)
      ->take_all();
  const auto per_path = [&](const char* name, std::vector<std::string>& values, const char* type, const char* help) {
    command.add_option(name, values, help)->type_name(type)->group("Paths")->expected(1)->take_all();
  };
  per_path("--weight", options.weights, "ADDR=N", "scheduler weighted: this path's share of the bytes, 1 to 255; default 1");
  per_path("--cost", options.costs, "ADDR=N", "scheduler weighted: dearer paths (0 to 255) carry data only when no cheaper one works; default 0");
  per_path("--cap", options.caps, "ADDR=SIZE", "scheduler weighted: after so much (500MB, 2GiB) the path is the last resort");
  command.add_option("--subflows", options.subflows_per_pair, "Subflows per pair of addresses, each with its own port")
      ->check(CLI::Range(1u, 8u))
      ->group("Paths");
  command.add_option("--mtu", options.mtu, "IP packet size of the paths; default: what the system says, at most 1500")
      ->check(CLI::Range(576u, 65535u))
      ->group("Paths");
  command.add_option("--offload", options.offload, "tun: leave checksums and segmentation to the kernel")
      ->check(CLI::IsMember({"on", "off"}))
      ->group("Paths");
  command
      .add_option("--keepalive", options.keepalive_seconds,
                  "Probe idle subflows after so many seconds; default: 15 over UDP, because NATs forget")
      ->type_name("SECONDS")
      ->group("Paths");
}

void AddProtocolOptions(CLI::App& command, CommonOptions& options) {
  command.add_option("--congestion", options.congestion, CongestionHelp())
      ->check(CLI::Validator(CheckCongestion, "NAME"))
      ->group("Protocol");
  command.add_option("--scheduler", options.scheduler, "Which subflow sends next")
      ->check(CLI::IsMember(Names(scheduler::Schedulers())))
      ->group("Protocol");
  command.add_option("--checksum", options.checksum, "DSS checksums (RFC 8684 3.3.1)")
      ->check(CLI::IsMember({"on", "off"}))
      ->group("Protocol");
  command
      .add_option("--mptcp-version", options.mptcp_version,
                  "1 (RFC 8684), 0 (RFC 6824), or auto: connect finds out what the peer speaks, listen answers each in its own")
      ->check(CLI::IsMember({"0", "1", "auto"}))
      ->group("Protocol");
  command.add_flag("--no-multipath", options.no_multipath, "Plain TCP")->group("Protocol");
  command
      .add_flag("--tcp-after-refusal", options.tcp_after_refusal,
                "Connecting side: if a RST answers the SYN with MP_CAPABLE, try once more as plain TCP; for firewalls that refuse the option")
      ->group("Protocol");
  command
      .add_flag("--fast-open", options.fast_open,
                "TCP Fast Open (RFC 7413): data in the SYN, which the network may deliver twice; the connecting side needs a "
                "cookie from an earlier connection")
      ->group("Protocol");
  command.add_option("--cookie-file", options.cookie_file, "Where the connecting side keeps its fast-open cookies")
      ->type_name("FILE")
      ->group("Protocol");
}

void AddObservationOptions(CLI::App& command, CommonOptions& options) {
  command.add_option("--pcap", options.pcap, "Write every segment to FILE, for Wireshark")->type_name("FILE")->group("Observe");
  command
      .add_option("--json", options.json_file,
                  "Statistics of connection and subflows at the end, to FILE, or to standard error without FILE")
      ->type_name("[FILE]")
      ->expected(0, 1)
      ->group("Observe");
  command
      .add_option("--progress", options.progress, "A line per half second on standard error: on, off, or auto (on a terminal)")
      ->check(CLI::IsMember({"auto", "on", "off"}))
      ->group("Observe");
}

void AddFaultOptions(CLI::App& command, CommonOptions& options) {
  const char* const hidden = "";
  command.add_option("--backup-after", options.backup_after)->group(hidden);
  command.add_option("--loss", options.loss)->group(hidden)->check(CLI::Range(0.0, 100.0));
  command.add_option("--duplication", options.duplication)->group(hidden)->check(CLI::Range(0.0, 100.0));
  command.add_option("--path-rate", options.path_rate_mbit)->group(hidden);
  command.add_option("--path-delay", options.path_delay_ms)->group(hidden);
  command.add_option("--seed", options.seed)->group(hidden);
}

}  // namespace

void AddCommonOptions(CLI::App& command, CommonOptions& options) {
  AddPathOptions(command, options);
  AddProtocolOptions(command, options);
  AddObservationOptions(command, options);
  AddFaultOptions(command, options);
  command.parse_complete_callback([&command, &options] {
    options.json = command.count("--json") > 0;
    if (options.json_file.empty()) options.json_file = "-";
  });
}

void AddFarmOptions(CLI::App& command, CommonOptions& options) {
  command
      .add_option("--shard", options.shard,
                  "This is server I (from 0) of N behind one address: the tokens of its connections lie in the I-th of N equal "
                  "parts, so that a balancer knows where an MP_JOIN belongs")
      ->type_name("I/N")
      ->group("Protocol");
  command
      .add_flag("--deny-join", options.deny_join,
                "Flag C (RFC 8684 3.1): the peer is not to join the address that it connected to, only announced ones")
      ->group("Protocol");
}

namespace {

TokenShard ToShard(const std::string& text) {
  TokenShard shard;
  char slash = 0;
  std::istringstream in(text);
  in >> shard.index >> slash >> shard.count;
  if (text.empty()) return {};
  const bool whole = !in.fail() && in.peek() == std::istringstream::traits_type::eof() && slash == '/';
  if (!whole || !shard.IsValid()) {
    throw UsageError(fmt::format("--shard {}: I/N is expected, with N from 1 to {} and I from 0 to N-1", text, TokenShard::kMostShards));
  }
  return shard;
}

VersionPolicy ToPolicy(const std::string& version) {
  if (version == "auto") return VersionPolicy::kAuto;
  return version == "0" ? VersionPolicy::kVersion0 : VersionPolicy::kVersion1;
}

}  // namespace

ConnectionOptions ToConnectionOptions(const CommonOptions& options, std::uint16_t mtu) {
  ConnectionOptions result;
  result.multipath = !options.no_multipath;
  result.version = ToPolicy(options.mptcp_version);
  result.tcp_after_refusal = options.tcp_after_refusal;
  result.checksum = options.checksum == "on";
  result.deny_join_initial_address = options.deny_join;
  result.fast_open = options.fast_open || !options.cookie_file.empty();
  result.congestion = options.congestion;
  result.scheduler = options.scheduler;
  result.ports_per_path = static_cast<std::uint8_t>(options.subflows_per_pair);
  result.send_buffer = Bytes::MiB(16);  // the sum of bandwidth-delay products of several fast paths
  result.receive_buffer = Bytes::MiB(16);
  result.tcp.mtu = options.mtu != 0 ? static_cast<std::uint16_t>(options.mtu) : mtu;
  result.tcp.no_delay = options.no_delay;
  const bool over_udp = options.driver == "udp";
  if (options.keepalive_seconds != 0) {
    result.tcp.keepalive_idle = Duration::Seconds(options.keepalive_seconds);
  } else if (over_udp) {
    result.tcp.keepalive_idle = Duration::Seconds(15);
  }
  return result;
}

EndpointOptions ToEndpointOptions(const CommonOptions& options) {
  EndpointOptions result;
  result.token_shard = ToShard(options.shard);
  return result;
}

bool ShowProgress(const CommonOptions& options) {
  return options.progress == "on" || (options.progress == "auto" && isatty(STDERR_FILENO) == 1);
}

}  // namespace mptcpp::apps
