// SPDX-License-Identifier: Apache-2.0
// Puts a TCP header with its options together. Options of an ordinary segment: timestamps, then the upper layer's, then SACK
// blocks with what is left of 40 bytes; of a SYN: MSS, SACK-permitted, timestamps, window scale, then the upper layer's, then
// TCP Fast Open.
// Decides nothing about the segment. Timestamps come first and aligned, so that receivers find them where they expect them
// (RFC 7323 appendix A).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "tcp/handshake.h"
#include "tcp/upper.h"
#include "wire/fast_open_cookie.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

struct HeaderInput {
  const FourTuple& tuple;
  const OutgoingSegment& segment;
  SeqNum ack;
  std::uint16_t window = 0;                    // scaled
  const SynOptions* syn = nullptr;             // of a SYN or SYN/ACK
  const wire::FastOpenCookie* fast_open = nullptr;  // its fast-open option; after the upper layer's, if there is room
  std::optional<wire::Timestamps> timestamps;  // of any other segment
  std::span<const wire::SackBlock> sack;
};

// Bytes of timestamps with their padding on an ordinary segment.
inline constexpr std::size_t kTimestampBytes = 12;

// Fills the addresses and the header of `packet`; payload, ECN and segment_size stay as they are. Returns the SACK blocks that
// found room.
std::size_t BuildHeader(const HeaderInput& input, wire::Timestamps syn_timestamps, Upper& upper, TxPacket& packet);

}  // namespace mptcpp::tcp
