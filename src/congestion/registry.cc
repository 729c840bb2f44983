// SPDX-License-Identifier: Apache-2.0
#include "congestion/registry.h"

#include <algorithm>

#include "congestion/balia.h"
#include "congestion/cubic.h"
#include "congestion/lia.h"
#include "congestion/newreno.h"
#include "congestion/olia.h"

namespace mptcpp::congestion {
namespace {

constexpr ControllerInfo kControllers[] = {
    {.name = "lia",
     .summary = "coupled increase: all subflows together take what one TCP would on the best path (RFC 6356)",
     .coupled = true,
     .make = [](ControllerSlot& slot, const ControllerConfig& config, Group& group) { slot.Emplace<Lia>(config, group); }},
    {.name = "olia",
     .summary = "coupled, moves to the best paths and keeps a probing window on the others (CoNEXT 2012)",
     .coupled = true,
     .make = [](ControllerSlot& slot, const ControllerConfig& config, Group& group) { slot.Emplace<Olia>(config, group); }},
    {.name = "balia",
     .summary = "coupled, between lia and olia in friendliness and speed of reaction (ToN 2016)",
     .coupled = true,
     .make = [](ControllerSlot& slot, const ControllerConfig& config, Group& group) { slot.Emplace<Balia>(config, group); }},
    {.name = "cubic",
     .summary = "cubic growth in time, each subflow for itself (RFC 9438)",
     .coupled = false,
     .make = [](ControllerSlot& slot, const ControllerConfig& config, Group&) { slot.Emplace<Cubic>(config); }},
    {.name = "newreno",
     .summary = "one segment per round trip, half at a loss, each subflow for itself (RFC 5681)",
     .coupled = false,
     .make = [](ControllerSlot& slot, const ControllerConfig& config, Group&) { slot.Emplace<NewReno>(config); }},
};

}  // namespace

std::span<const ControllerInfo> Controllers() { return kControllers; }

const ControllerInfo* FindController(std::string_view name) {
  const auto* found = std::ranges::find(kControllers, name, &ControllerInfo::name);
  return found == std::end(kControllers) ? nullptr : found;
}

}  // namespace mptcpp::congestion
