// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "scheduler/blest.h"
#include "scheduler/ecf.h"
#include "scheduler/handover.h"
#include "scheduler/interactive.h"
#include "scheduler/linger.h"
#include "scheduler/minrtt.h"
#include "scheduler/redundant.h"
#include "scheduler/roundrobin.h"
#include "scheduler/scheduler.h"
#include "scheduler/sttf.h"
#include "scheduler/weighted.h"

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
    {.name = "interactive",
     .summary = "copies of a thin stream on every idle path, sttf when data queues up: the first byte soonest",
     .choose = ChooseInteractive},
    {.name = "sttf", .summary = "minrtt that waits where the fast subflow would have delivered everything sooner", .choose = ChooseSttf},
    {.name = "linger", .summary = "least time in the subflow's own queue, in bursts: the Linux kernel's rule", .choose = ChooseLinger},
    {.name = "weighted", .summary = "by the weights, costs and data caps of the paths", .choose = ChooseWeighted},
    {.name = "handover", .summary = "one path at a time, another only when it fails", .choose = ChooseHandover},
};

}  // namespace

std::span<const SchedulerInfo> Schedulers() { return kSchedulers; }

const SchedulerInfo* FindScheduler(std::string_view name, std::span<const SchedulerInfo> more) {
  for (const std::span<const SchedulerInfo> list : {Schedulers(), more}) {
    const auto found = std::ranges::find(list, name, &SchedulerInfo::name);
    if (found != list.end()) return &*found;
  }
  return nullptr;
}

}  // namespace mptcpp::scheduler
