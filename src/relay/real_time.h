// SPDX-License-Identifier: Apache-2.0
// A scenario in real time: every packet crosses TUN devices, and between them the simulation's own links and middleboxes against
// the real clock. What is measured and printed is what the simulation measures, so the two can be laid side by side.
//
// The model is exact even where this process is woken late: a link that is behind catches up, with the departures that it would
// have had. What is late then is the reaction of the hosts, by as much as the process was kept waiting.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>

#include "sim/scenario.h"

namespace mptcpp::relay {

struct RealTimeOptions {
  // Host to network namespace: its addresses are given to the kernel there, and its applications are somebody else's.
  std::map<std::string, std::string> kernel_hosts;
  std::string capture_path;  // as in sim::RunOptions
  // Called when all devices are there and the clock is about to start.
  std::function<void()> on_ready;
};

// Needs the right to make network namespaces and TUN devices: root's, or that of an unprivileged user namespace. The error is
// one line.
std::expected<sim::ScenarioResult, std::string> RunInRealTime(const sim::Scenario& scenario, const RealTimeOptions& options);

}  // namespace mptcpp::relay
