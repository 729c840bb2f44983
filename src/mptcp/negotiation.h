// SPDX-License-Identifier: Apache-2.0
// The MP_CAPABLE handshake (RFC 8684 3.1, RFC 6824 3.1) as pure decisions: what the options of SYN, SYN/ACK and third ACK mean
// together. Every way out of Multipath TCP before the first byte is decided here and has its FallbackReason.
#pragma once

#include <optional>

#include "crypto/keys.h"
#include "mptcp/dialect.h"
#include "mptcpp/options.h"
#include "mptcpp/statistics.h"
#include "wire/mptcp_options.h"
#include "wire/tcp_segment.h"

namespace mptcpp::core {

// The first MP_CAPABLE of a segment; nullopt if there is none, or if an MP_JOIN stands beside it (which of the two?).
std::optional<wire::MpCapable> FindCapable(const wire::SegmentView& segment);

// What one side concluded.
struct Negotiated {
  bool multipath = false;
  FallbackReason reason = FallbackReason::kNone;  // why not
  MptcpVersion version = MptcpVersion::k1;        // that the peer gets
  bool drop_syn = false;                          // neither: the SYN is not answered at all
  bool checksum = false;                          // DSS checksums in both directions
  bool peer_denies_join = false;                  // flag C: no further subflow to the peer's first address
  std::uint64_t peer_key = 0;                     // from SYN/ACK and third ACK; with keys_in_syn from the SYN, too
};

wire::MpCapable CapableSyn(const Dialect& dialect, const ConnectionOptions& options, const crypto::Key& own);
// Server: the peer's SYN.
Negotiated OnCapableSyn(const std::optional<wire::MpCapable>& option, const ConnectionOptions& options);
wire::MpCapable CapableSynAck(const Dialect& dialect, const crypto::Key& own, bool checksum, bool deny_join);
// Client: the peer's SYN/ACK to a SYN of this dialect.
Negotiated OnCapableSynAck(const Dialect& dialect, const std::optional<wire::MpCapable>& option, const ConnectionOptions& options);
// Client: third ACK, and every segment until the server is known to have our key.
wire::MpCapable CapableAck(const Dialect& dialect, const crypto::Key& own, const crypto::Key& peer, bool checksum, bool deny_join);

// Server: what it knows when the first segment after its SYN/ACK comes.
struct AnsweredSyn {
  const Dialect& dialect;
  const crypto::Key& own;
  const crypto::Key& peer;  // known already if the dialect has keys_in_syn
  bool checksum = false;    // our SYN/ACK's
  bool peer_denies_join = false;
};
Negotiated OnCapableAck(const AnsweredSyn& answered, const std::optional<wire::MpCapable>& option);

}  // namespace mptcpp::core
