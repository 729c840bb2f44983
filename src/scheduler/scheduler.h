// SPDX-License-Identifier: Apache-2.0
// The schedulers that come with the stack, by name. The plug point itself is mptcpp/scheduler.h.
#pragma once

#include <span>
#include <string_view>

#include "mptcpp/scheduler.h"

namespace mptcpp::scheduler {

// The first one is the default.
std::span<const SchedulerInfo> Schedulers();
// Looks among these and `more`; nullptr if there is none of this name.
const SchedulerInfo* FindScheduler(std::string_view name, std::span<const SchedulerInfo> more = {});

}  // namespace mptcpp::scheduler
