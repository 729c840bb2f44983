// SPDX-License-Identifier: Apache-2.0
// The values that Subflow and Sender exchange: what to send, what was acknowledged, what that did.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/seq_num.h"
#include "base/time.h"
#include "tcp/upper.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

// A stretch of sequence space to (re)transmit as one super-segment.
struct SendOrder {
  SeqNum seq;
  PayloadRange payload;  // length 0: only a SYN or a FIN
  bool syn = false;
  bool fin = false;  // after the payload, if there is any
  bool push = false;
  bool retransmission = false;
  std::uint64_t stream_offset = 0;

  std::uint32_t SequenceLength() const { return payload.length + (syn ? 1u : 0u) + (fin ? 1u : 0u); }
};

// The acknowledgment part of a segment that passed Subflow's checks (SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT).
struct AckInput {
  SeqNum ack;
  std::span<const wire::SackBlock> sack = {};
  std::optional<std::uint32_t> timestamp_echo = std::nullopt;  // TSecr, our clock's value (offset removed by Subflow)
  bool ecn_echo = false;
  bool has_payload = false;
  bool window_changed = false;
  bool counts_as_duplicate = true;  // false: carries a non-DSS MPTCP option (RFC 8684 3: not a loss signal)
  Instant arrival;
};

// What the ACK did, for Subflow's facts.
struct AckOutcome {
  bool advanced = false;  // SND.UNA moved
  bool sacked_new = false;
  bool loss_marked = false;
  bool syn_acked = false;
  bool fin_acked = false;
  bool first_attempt = false;  // something arrived that was sent only once
  bool ecn_reduced = false;  // the window was reduced for an ECN echo: CWR goes on the next new data (RFC 3168 6.1.2)
};

}  // namespace mptcpp::tcp
