// SPDX-License-Identifier: Apache-2.0
// Is this segment to be believed? The checks of RFC 9293 3.10.7.4 with those of RFC 5961 (blind attacks) and PAWS (RFC 7323 5),
// as pure functions from facts to a verdict: no state, no counters, nothing sent. From SYN-RECEIVED on.
#pragma once

#include <cstdint>

#include "base/seq_num.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

struct AcceptanceFacts {
  SeqNum rcv_nxt;
  std::uint32_t window = 0;      // bytes from rcv_nxt to the furthest edge advertised
  SeqNum snd_una, snd_nxt;
  std::uint32_t max_snd_wnd = 0;
  bool syn_received = false;     // not yet synchronized: our SYN must be acknowledged by this segment
  bool old_timestamp = false;    // PAWS says so
};

enum class Acceptance : std::uint8_t {
  kAccept,
  kDrop,           // silently
  kPaws,           // drop, ACK (RFC 7323 5.3 R1)
  kOutside,        // not in the window: drop, ACK
  kReset,          // a RST to obey
  kChallenge,      // drop, challenge ACK (RFC 5961 3.2, 4.2)
  kAckTooNew,      // acknowledges what was never sent: drop, ACK (RFC 9293 3.10.7.4)
  kAckTooOld,      // drop, challenge ACK (RFC 5961 5.2)
  kAckRefused,     // SYN-RECEIVED: drop, RST with SEQ = SEG.ACK
};

// The four cases of RFC 9293 3.10.7.4, with three allowances: a segment that covers the whole window is acceptable, too (a
// retransmitted super-segment); one without payload may stand exactly at the right edge (a pure ACK behind lost data); and at a
// shut window a segment at RCV.NXT is acceptable, so that its ACK and FIN count (3.10.7.4: valid ACKs and RSTs), though none
// of its payload is taken.
bool InWindow(SeqNum seq, std::uint32_t length, SeqNum rcv_nxt, std::uint32_t window);

Acceptance Judge(const wire::SegmentView& segment, const AcceptanceFacts& facts);

}  // namespace mptcpp::tcp
