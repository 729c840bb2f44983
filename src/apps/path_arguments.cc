// SPDX-License-Identifier: Apache-2.0
#include "apps/path_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "apps/address_arguments.h"
#include "apps/command.h"
#include "sim/units_text.h"

namespace mptcpp::apps {

bool PathArguments::IsBackup(const IpAddress& address) const { return std::ranges::find(backups, address) != backups.end(); }

PathPreference PathArguments::PreferenceOf(const IpAddress& address) const {
  const auto found = std::ranges::find(addresses, address);
  return found == addresses.end() ? PathPreference{} : preferences[static_cast<std::size_t>(found - addresses.begin())];
}

namespace {

// "ADDR=VALUE" of `option`: the preference of that path, and the text of the value.
std::pair<PathPreference*, std::string> SplitPreference(PathArguments& paths, const std::string& text, const char* option) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) throw UsageError{fmt::format("{} {}: it is ADDR=VALUE, such as {} 127.0.0.1=3", option, text, option)};
  const IpAddress address = ParseAddress(text.substr(0, equals), option);
  const auto found = std::ranges::find(paths.addresses, address);
  if (found == paths.addresses.end()) throw UsageError{fmt::format("{} {}: that is the address of no --path", option, text)};
  return {&paths.preferences[static_cast<std::size_t>(found - paths.addresses.begin())], text.substr(equals + 1)};
}

std::uint8_t ParseByte(const std::string& value, unsigned lowest, const char* option) {
  unsigned number = 256;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < lowest || number > 255)
    throw UsageError{fmt::format("{} ...={}: the value is a number from {} to 255", option, value, lowest)};
  return static_cast<std::uint8_t>(number);
}

void ParsePreferences(const CommonOptions& options, PathArguments& paths) {
  paths.preferences.resize(paths.addresses.size());
  for (const std::string& text : options.weights) {
    const auto [preference, value] = SplitPreference(paths, text, "--weight");
    preference->weight = ParseByte(value, 1, "--weight");
  }
  for (const std::string& text : options.costs) {
    const auto [preference, value] = SplitPreference(paths, text, "--cost");
    preference->cost = ParseByte(value, 0, "--cost");
  }
  for (const std::string& text : options.caps) {
    const auto [preference, value] = SplitPreference(paths, text, "--cap");
    const auto cap = sim::ParseBytes(value);
    if (!cap) throw UsageError{fmt::format("--cap ...={}: the value is a size such as 500MB or 2GiB", value)};
    preference->data_cap = *cap;
  }
}

}  // namespace

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
  ParsePreferences(options, paths);
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
