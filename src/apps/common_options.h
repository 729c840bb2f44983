// SPDX-License-Identifier: Apache-2.0
// Options that every command with a real connection shares: driver, paths, protocol, statistics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mptcpp/options.h"

namespace CLI {
class App;
}

namespace mptcpp::apps {

struct CommonOptions {
  std::string driver = "udp";
  std::vector<std::string> paths;    // udp: ADDR; tun: DEV=ADDR/PREFIX
  std::vector<std::string> backups;  // addresses among the paths
  std::vector<std::string> weights, costs, caps;  // ADDR=VALUE, addresses among the paths
  bool announce = false;
  bool fullmesh = false;
  std::string congestion;
  std::string scheduler;
  std::string checksum = "off";
  std::string mptcp_version = "1";
  unsigned subflows_per_pair = 1;
  bool no_multipath = false;
  bool tcp_after_refusal = false;
  bool fast_open = false;
  std::string cookie_file;         // connect: cookies are kept here
  std::string shard;               // listen: "I/N"
  bool deny_join = false;          // listen: flag C
  std::uint32_t mtu = 0;           // 0: what the driver knows
  std::string offload = "on";      // tun
  unsigned keepalive_seconds = 0;  // 0: 15 s over UDP, because NATs forget; off over TUN
  bool no_delay = false;           // set by commands, not an option
  std::string pcap;
  bool json = false;
  std::string json_file = "-";
  std::string progress = "auto";

  // For tests; not in --help.
  double backup_after = 0;            // seconds until --backup takes effect
  double loss = 0;            // percent of the segments that we send
  double duplication = 0;     // percent
  double path_rate_mbit = 0;  // per path; 0: unlimited
  double path_delay_ms = 0;
  std::uint64_t seed = 1;
};

void AddCommonOptions(CLI::App& command, CommonOptions& options);
// For a server that is one of several behind one address (docs/load-balancing.md).
void AddFarmOptions(CLI::App& command, CommonOptions& options);

// The library's options for a connection. Throws UsageError.
ConnectionOptions ToConnectionOptions(const CommonOptions& options, std::uint16_t mtu);
EndpointOptions ToEndpointOptions(const CommonOptions& options);

bool ShowProgress(const CommonOptions& options);

}  // namespace mptcpp::apps
