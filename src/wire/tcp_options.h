// SPDX-License-Identifier: Apache-2.0
// The walk over a segment's options: fills TcpOptions and the list of raw MPTCP options. Used by ParseSegment only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/tcp_segment.h"

namespace mptcpp::wire {

inline constexpr std::uint8_t kKindEol = 0;
inline constexpr std::uint8_t kKindNop = 1;
inline constexpr std::uint8_t kKindMss = 2;
inline constexpr std::uint8_t kKindWindowScale = 3;
inline constexpr std::uint8_t kKindSackPermitted = 4;
inline constexpr std::uint8_t kKindSack = 5;
inline constexpr std::uint8_t kKindTimestamps = 8;
inline constexpr std::uint8_t kKindFastOpen = 34;

// `bytes` is what lies between the fixed header and the payload, at most 40. out.flags must be set already: MSS, window
// scale, SACK-permitted and fast open mean something on a SYN only. Resets and fills out.options, out.mptcp_count, out.mptcp.
void WalkOptions(std::span<const std::byte> bytes, SegmentView& out);

}  // namespace mptcpp::wire
