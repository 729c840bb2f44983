// SPDX-License-Identifier: Apache-2.0
// Names for what an endpoint owns. A handle is an index and a generation: a stale one is Error::kUnknownHandle, never a crash.
#pragma once

#include <compare>
#include <cstdint>

#include "base/units.h"

namespace mptcpp {

template <typename Tag>
struct Handle {
  std::uint32_t index = UINT32_MAX;
  std::uint32_t generation = 0;
  constexpr bool IsNone() const { return index == UINT32_MAX; }
  friend constexpr auto operator<=>(Handle, Handle) = default;
};

using ConnectionId = Handle<struct ConnectionTag>;
using ListenerId = Handle<struct ListenerTag>;
// A subflow within its connection: counts up from 0 (the first subflow) and is never used twice.
using SubflowId = StrongId<struct SubflowTag, std::uint16_t>;

}  // namespace mptcpp
