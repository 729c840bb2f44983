// SPDX-License-Identifier: Apache-2.0
// Controllers by name: the one list that options, --help and tests read.
#pragma once

#include <span>
#include <string_view>

#include "congestion/controller.h"
#include "congestion/group.h"

namespace mptcpp::congestion {

struct ControllerInfo {
  std::string_view name;     // "newreno", "cubic", "lia"
  std::string_view summary;  // one line for --help
  bool coupled = false;      // shares a Group with its siblings
  void (*make)(ControllerSlot& slot, const ControllerConfig& config, Group& group);
};

std::span<const ControllerInfo> Controllers();
// nullptr if there is none of this name.
const ControllerInfo* FindController(std::string_view name);

}  // namespace mptcpp::congestion
