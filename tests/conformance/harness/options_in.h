// SPDX-License-Identifier: Apache-2.0
// The bytes of one MPTCP option of a captured segment, for scripts that look at single bits.
#pragma once

#include <span>

#include "conformance/harness/flow.h"
#include "wire/mptcp_options.h"

namespace mptcpp::conformance {

// Empty: there is none of this subtype.
inline std::span<const std::byte> RawOption(const Captured& captured, wire::MptcpSubtype subtype) {
  for (std::size_t i = 0; i < captured.view.mptcp_count; ++i) {
    if (wire::SubtypeOf(captured.view.mptcp[i]) == subtype) return captured.view.mptcp[i];
  }
  return {};
}

inline bool HasOption(const Captured& captured, wire::MptcpSubtype subtype) { return !RawOption(captured, subtype).empty(); }

}  // namespace mptcpp::conformance
