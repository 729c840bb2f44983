// SPDX-License-Identifier: Apache-2.0
// The subtype of an MPTCP option (RFC 8684 section 8, IANA "MPTCP Option Subtypes").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mptcpp::wire {

inline constexpr std::uint8_t kMptcpKind = 30;

enum class MptcpSubtype : std::uint8_t {
  kCapable = 0x0,
  kJoin = 0x1,
  kDss = 0x2,
  kAddAddr = 0x3,
  kRemoveAddr = 0x4,
  kPrio = 0x5,
  kFail = 0x6,
  kFastclose = 0x7,
  kTcpRst = 0x8,
  kExperimental = 0xf,
};

// The subtype of an option of at least 3 bytes; values 9..14 are unassigned and returned as they are.
MptcpSubtype SubtypeOf(std::span<const std::byte> option);

}  // namespace mptcpp::wire
