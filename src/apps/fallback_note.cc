// SPDX-License-Identifier: Apache-2.0
#include "apps/fallback_note.h"

#include <fmt/format.h>

#include <cstdio>

namespace mptcpp::apps {

std::optional<std::string> FallbackNote(const ConnectionInfo& info) {
  if (info.fallback == FallbackReason::kNone || info.fallback == FallbackReason::kNotRequested) return std::nullopt;
  return fmt::format("plain TCP: {} (docs/fallback.md: {})", ToString(info.fallback), WordOf(info.fallback));
}

bool PrintFallbackNote(const Endpoint& endpoint, ConnectionId id) {
  const auto info = endpoint.Info(id);
  const auto note = info ? FallbackNote(*info) : std::nullopt;
  if (note) fmt::print(stderr, "mptcpp: {}\n", *note);
  return note.has_value();
}

}  // namespace mptcpp::apps
