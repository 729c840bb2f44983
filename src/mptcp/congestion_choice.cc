// SPDX-License-Identifier: Apache-2.0
// Another congestion controller on a live connection. What is known of the paths goes on (congestion::Handover).
#include "mptcp/core.h"

namespace mptcpp::core {

Expected<void> Core::SetCongestion(std::string_view choice, Instant now) {
  clock = now;
  if (!congestion::ControllerChoice::Parse(choice, host.controllers())) return std::unexpected(Error::kInvalidArgument);
  // Controllers read their parameters when they are made: nothing refers to the old text any more.
  congestion_text = choice;
  controllers = *congestion::ControllerChoice::Parse(congestion_text, host.controllers());
  ForEach([&](SubflowEntry& entry) { entry.tcp.SetController(controllers.For(entry.index), group, now); });
  return {};
}

Expected<void> Core::SetSubflowCongestion(SubflowId id, std::string_view named, Instant now) {
  clock = now;
  SubflowEntry* entry = FindById(id);
  const auto chosen = congestion::ControllerChoice::Parse(named, host.controllers());
  if (entry == nullptr || !chosen || named.find(',') != std::string_view::npos) return std::unexpected(Error::kInvalidArgument);
  entry->tcp.SetController(chosen->For(0), group, now);
  return {};
}

}  // namespace mptcpp::core
