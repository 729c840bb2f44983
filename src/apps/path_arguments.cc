// SPDX-License-Identifier: Apache-2.0
#include "apps/path_arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/address_arguments.h"
#include "apps/command.h"

namespace mptcpp::apps {

bool PathArguments::IsBackup(const IpAddress& address) const { return std::ranges::find(backups, address) != backups.end(); }

PathArguments ParsePaths(const CommonOptions& options) {
  PathArguments paths;
  const bool tun = options.driver == "tun";
  for (const std::string& text : options.paths) {
    if (tun) {
      const auto path = drivers::ParseTunPath(text);
      if (!path)
        throw UsageError{fmt::format("--path {}: with --driver tun it is DEV=ADDR/PREFIX, such as mp0=10.9.0.2/24", text)};
      paths.tun_paths.push_back(*path);
      paths.addresses.push_back(path->address);
    } else {
      const auto address = IpAddress::Parse(text);
      if (!address) throw UsageError{fmt::format("--path {}: with --driver udp it is one of this host's IP addresses", text)};
      paths.addresses.push_back(*address);
    }
    if (std::ranges::count(paths.addresses, paths.addresses.back()) > 1)
      throw UsageError{fmt::format("--path {} is there twice", text)};
  }
  if (tun && paths.addresses.empty())
    throw UsageError{"--driver tun needs at least one --path DEV=ADDR/PREFIX, such as mp0=10.9.0.2/24"};
  for (const std::string& text : options.backups) {
    paths.backups.push_back(ParseAddress(text, "--backup"));
    if (std::ranges::find(paths.addresses, paths.backups.back()) == paths.addresses.end()) {
      throw UsageError{fmt::format("--backup {} is the address of no --path", text)};
    }
  }
  return paths;
}

std::vector<drivers::PathFaults> FaultsOf(const CommonOptions& options) {
  drivers::PathFaults faults;
  faults.loss = options.loss / 100;
  faults.duplication = options.duplication / 100;
  if (options.path_rate_mbit > 0) faults.rate = Rate::MegabitsPerSecond(options.path_rate_mbit);
  faults.delay = Duration::SecondsF(options.path_delay_ms / 1000);
  const bool any = faults.loss > 0 || faults.duplication > 0 || !faults.rate.IsInfinite() || !faults.delay.IsZero();
  if (!any) return {};
  std::vector<IpAddress> locals = ParsePaths(options).addresses;
  if (locals.empty()) locals.push_back(IpAddress());
  std::vector<drivers::PathFaults> result;
  for (const IpAddress& local : locals) {
    faults.local = local;  // each path is a link of its own
    result.push_back(faults);
  }
  return result;
}

}  // namespace mptcpp::apps
