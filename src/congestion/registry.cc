// SPDX-License-Identifier: Apache-2.0
#include "congestion/registry.h"

#include <algorithm>

#include "congestion/balia.h"
#include "congestion/bbr.h"
#include "congestion/cubic.h"
#include "congestion/ewtcp.h"
#include "congestion/fully_coupled.h"
#include "congestion/lia.h"
#include "congestion/mpcc.h"
#include "congestion/newreno.h"
#include "congestion/olia.h"
#include "congestion/vivace.h"
#include "congestion/wvegas.h"

namespace mptcpp::congestion {
namespace {

template <typename T>
void MakeAlone(ControllerSlot& slot, const ControllerConfig& config, Group&) {
  slot.Emplace<T>(config);
}

template <typename T>
void MakeInGroup(ControllerSlot& slot, const ControllerConfig& config, Group& group) {
  slot.Emplace<T>(config, group);
}

template <Mpcc::Kind kKind>
void MakeMpcc(ControllerSlot& slot, const ControllerConfig& config, Group& group) {
  slot.Emplace<Mpcc>(config, group, kKind);
}

bool AcceptsUtility(std::string_view parameters) { return PccUtility().Read(parameters); }

constexpr std::string_view kUtilityParameters = "alpha, beta, gamma, unit";

constexpr ControllerInfo kControllers[] = {
    {.name = "lia",
     .summary = "coupled increase: all subflows together take what one TCP would on the best path (RFC 6356)",
     .coupled = true,
     .make = MakeInGroup<Lia>},
    {.name = "olia",
     .summary = "coupled, moves to the best paths and keeps a probing window on the others (CoNEXT 2012)",
     .coupled = true,
     .make = MakeInGroup<Olia>},
    {.name = "balia",
     .summary = "coupled, between lia and olia in friendliness and speed of reaction (ToN 2016)",
     .coupled = true,
     .make = MakeInGroup<Balia>},
    {.name = "wvegas",
     .summary = "coupled by delay: ten segments of queue for the whole connection, starves beside loss-based flows (ICNP 2012)",
     .coupled = true,
     .make = MakeInGroup<WVegas>},
    {.name = "mpcc-loss",
     .summary = "rates found by experiment, coupled through utility, bears about 1.5 % random loss (CoNEXT 2020)",
     .coupled = true,
     .make = MakeMpcc<Mpcc::Kind::kLoss>,
     .rate_based = true,
     .parameters = kUtilityParameters,
     .accepts = AcceptsUtility},
    {.name = "mpcc-latency",
     .summary = "the same with a price on growing delay: short queues at any buffer size (CoNEXT 2020)",
     .coupled = true,
     .make = MakeMpcc<Mpcc::Kind::kLatency>,
     .rate_based = true,
     .parameters = kUtilityParameters,
     .accepts = AcceptsUtility},
    {.name = "cubic",
     .summary = "cubic growth in time, each subflow for itself (RFC 9438)",
     .coupled = false,
     .make = MakeAlone<Cubic>},
    {.name = "newreno",
     .summary = "one segment per round trip, half at a loss, each subflow for itself (RFC 5681)",
     .coupled = false,
     .make = MakeAlone<NewReno>},
    {.name = "bbr",
     .summary = "paced by measured bandwidth and round trip, little queue, random loss ignored (version 1, CACM 2017)",
     .coupled = false,
     .make = MakeAlone<Bbr>,
     .rate_based = true},
    {.name = "vivace",
     .summary = "rates found by experiment, each subflow for itself: what MPCC builds on (NSDI 2018)",
     .coupled = false,
     .make = MakeAlone<Vivace>,
     .rate_based = true,
     .parameters = kUtilityParameters,
     .accepts = AcceptsUtility},
    {.name = "ewtcp",
     .summary = "every subflow a TCP of weight 1/n; for comparison (NSDI 2011)",
     .coupled = true,
     .make = MakeInGroup<Ewtcp>},
    {.name = "coupled",
     .summary = "one TCP's window over all paths, flaps and is slow to return; for comparison (NSDI 2011)",
     .coupled = true,
     .make = MakeInGroup<FullyCoupled>},
};

}  // namespace

std::span<const ControllerInfo> Controllers() { return kControllers; }

const ControllerInfo* FindController(std::string_view name) {
  const auto* found = std::ranges::find(kControllers, name, &ControllerInfo::name);
  return found == std::end(kControllers) ? nullptr : found;
}

}  // namespace mptcpp::congestion
