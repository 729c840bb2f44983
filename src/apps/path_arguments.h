// SPDX-License-Identifier: Apache-2.0
// --path, --backup and the preferences of paths as values.
#pragma once

#include <span>
#include <vector>

#include "apps/common_options.h"
#include "drivers/faulty_driver.h"
#include "drivers/tun_device.h"

namespace mptcpp::apps {

struct PathArguments {
  std::vector<IpAddress> addresses;         // in the order given
  std::vector<IpAddress> backups;           // a subset
  std::vector<drivers::TunPath> tun_paths;  // with --driver tun

  std::vector<PathPreference> preferences;  // beside `addresses`

  bool IsBackup(const IpAddress& address) const;
  PathPreference PreferenceOf(const IpAddress& address) const;
};

// Throws UsageError.
PathArguments ParsePaths(const CommonOptions& options);

// The hidden fault options, for all paths; empty if there are none.
std::vector<drivers::PathFaults> FaultsOf(const CommonOptions& options);

}  // namespace mptcpp::apps
