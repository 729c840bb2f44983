// SPDX-License-Identifier: Apache-2.0
// Answers to SYNs that leave nothing behind, and what a third ACK tells of the SYN that nobody remembers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/seq_num.h"
#include "base/time.h"
#include "crypto/keys.h"
#include "mptcp/dialect.h"
#include "mptcpp/options.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::stack {

// Both as the endpoint sees it: {local, remote}.
inline FourTuple TupleOf(const wire::SegmentView& segment) { return {segment.destination, segment.source}; }

// The keys and nonces that follow from a cookie.
// Of the keys the first whose token is of this shard.
crypto::Key CookieKey(const crypto::Secret& secret, const core::Dialect& dialect, const FourTuple& tuple, SeqNum client_isn,
                      SeqNum cookie, const TokenShard& shard);
std::uint32_t CookieNonce(const crypto::Secret& secret, const FourTuple& tuple, SeqNum client_isn, SeqNum cookie);

// The cookie for this SYN.
SeqNum CookieOf(const crypto::Secret& secret, const wire::SegmentView& syn, Instant now);
// SYN/ACK with this cookie and `mptcp` as its MPTCP option (may be empty): what a connection with these options would have sent,
// less what no timestamp can remember.
TxPacket MakeCookieSynAck(const wire::SegmentView& syn, SeqNum cookie, const ConnectionOptions& options,
                          const crypto::Secret& secret, std::span<const std::byte> mptcp, Instant now);

// The SYN that came before this ACK, as far as cookie and timestamp tell; nullopt: no cookie of ours. It has no MPTCP option yet.
std::optional<wire::SegmentView> RebuildSyn(const wire::SegmentView& ack, const crypto::Secret& secret, Instant now);

}  // namespace mptcpp::stack
