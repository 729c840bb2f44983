// SPDX-License-Identifier: Apache-2.0
// The MP_CAPABLE handshake (RFC 8684 3.1) as pure decisions: what the options of SYN, SYN/ACK and third ACK mean together.
// Every way out of Multipath TCP before the first byte is decided here and has its FallbackReason.
#pragma once

#include <optional>

#include "crypto/keys.h"
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
  bool checksum = false;                          // DSS checksums in both directions
  bool peer_denies_join = false;                  // flag C: no further subflow to the peer's first address
  std::uint64_t peer_key = 0;                     // from SYN/ACK and third ACK
};

wire::MpCapable CapableSyn(const ConnectionOptions& options);
// Server: the peer's SYN. peer_key is not known yet.
Negotiated OnCapableSyn(const std::optional<wire::MpCapable>& option, const ConnectionOptions& options);
wire::MpCapable CapableSynAck(const crypto::Key& own, bool checksum, bool deny_join);
// Client: the peer's SYN/ACK.
Negotiated OnCapableSynAck(const std::optional<wire::MpCapable>& option, const ConnectionOptions& options);
// Client: third ACK, and every segment until the server is known to have our key.
wire::MpCapable CapableAck(const crypto::Key& own, const crypto::Key& peer, bool checksum, bool deny_join);
// Server: the first segment after the SYN/ACK. `checksum`: what our SYN/ACK said.
Negotiated OnCapableAck(const std::optional<wire::MpCapable>& option, const crypto::Key& own, bool checksum,
                        bool peer_denies_join);

}  // namespace mptcpp::core
