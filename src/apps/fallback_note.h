// SPDX-License-Identifier: Apache-2.0
// Tells a person why a connection had one path only.
#pragma once

#include <optional>
#include <string>

#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

// "plain TCP: REASON (see docs/fallback.md: WORD)"; nothing if it is multipath, or was not meant to be.
std::optional<std::string> FallbackNote(const ConnectionInfo& info);
// The same on standard error, with "mptcpp: " before it. True if there was something to say.
bool PrintFallbackNote(const Endpoint& endpoint, ConnectionId id);

}  // namespace mptcpp::apps
