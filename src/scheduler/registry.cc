// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "scheduler/blest.h"
#include "scheduler/ecf.h"
#include "scheduler/minrtt.h"
#include "scheduler/redundant.h"
#include "scheduler/roundrobin.h"
#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {
namespace {

constexpr SchedulerInfo kSchedulers[] = {
    {.name = "minrtt", .summary = "the fastest subflow that has space", .choose = ChooseMinRtt},
    {.name = "blest", .summary = "minrtt that waits where a slow subflow would block the shared window", .choose = ChooseBlest},
    {.name = "ecf",
     .summary = "minrtt that waits where the fast subflow would deliver all that is waiting sooner",
     .choose = ChooseEcf},
    {.name = "roundrobin", .summary = "the subflows take turns", .choose = ChooseRoundRobin},
    {.name = "redundant",
     .summary = "every segment on every subflow: lowest latency, the throughput of one path",
     .choose = ChooseRedundant},
};

}  // namespace

std::span<const SchedulerInfo> Schedulers() { return kSchedulers; }

const SchedulerInfo* FindScheduler(std::string_view name) {
  const auto* found = std::ranges::find(kSchedulers, name, &SchedulerInfo::name);
  return found == std::end(kSchedulers) ? nullptr : found;
}

}  // namespace mptcpp::scheduler
