// SPDX-License-Identifier: Apache-2.0
// Where one sender stands in loss recovery, and whether the last reduction turns out to have been a mistake.
//
//   kOpen --ECN echo--> kReduced --loss--> kRecovery        each ends when SND.UNA reaches what was SND.NXT at its start
//     |--loss-------------------------------^   |
//     '--RTO--------> kLoss <-------------------'           kLoss: go on from one segment, slow start
//
// A mistake shows in three ways: the ACK that ends the wait echoes a timestamp older than our retransmission (Eifel, RFC 3522);
// DSACKs report every retransmission as a duplicate (RFC 3708); after a timeout data is acknowledged that was presumed lost but
// not sent again (the essence of F-RTO, RFC 5682). Owned by one Sender.
#pragma once

#include <cstdint>
#include <optional>

#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

class Recovery {
 public:
  enum class Phase : std::uint8_t { kOpen, kReduced, kRecovery, kLoss };
  explicit Recovery(SeqNum initial_sequence) : point_(initial_sequence) {}

  Phase phase() const { return phase_; }
  bool open() const { return phase_ == Phase::kOpen; }
  // Fast or timeout recovery: losses are being repaired.
  bool repairing() const { return phase_ == Phase::kRecovery || phase_ == Phase::kLoss; }
  // More is acknowledged than what was sent when the last phase began. Before that, duplicate ACKs may come from that phase's
  // own retransmissions (RFC 6582 3.2 step 2), and ECN echoes from before our CWR arrived (RFC 3168 6.1.2).
  bool IsPast(SeqNum una) const { return una.After(point_); }

  // A phase begins. `reduced`: the window was reduced now (not already by the phase before): a new reduction to undo.
  void Enter(Phase phase, SeqNum una, SeqNum nxt, bool reduced);
  // SND.UNA moved. True: the phase ended with this.
  bool OnAdvance(SeqNum una);
  // SACK information was given up: what looks like a surprising delivery may be old news.
  void OnReneging() { reneged_ = true; }

  // `bytes` were retransmitted (not by a tail loss probe).
  void OnRetransmitted(std::uint32_t bytes, Instant now);
  void OnDsack(wire::SackBlock block);

  struct Evidence {
    bool advanced = false;
    std::optional<Instant> acked_retransmission = std::nullopt;  // see AckTally
    bool acked_presumed_lost = false;
    std::optional<std::uint32_t> echo = std::nullopt;  // TSecr, if timestamps are in use
  };
  enum class Verdict : std::uint8_t { kJustified, kSpuriousTimeout, kTimestamp, kDsack };
  Verdict Judge(const Evidence& evidence) const;
  // The caller undid the reduction: back to kOpen.
  void Undo();

 private:
  bool EifelSays(const Evidence& evidence) const;
  bool EveryRetransmissionWasDuplicate() const { return retransmitted_any_ && unproven_ <= Bytes(); }

  Phase phase_ = Phase::kOpen;
  SeqNum point_;  // RFC 6582's recover: SND.NXT when the phase began
  bool can_undo_ = false;
  bool timeout_reduced_ = false;  // it was a timeout that reduced the window, not a loss found before it
  bool reneged_ = false;
  bool retransmitted_any_ = false;
  SeqNum undo_una_;                // SND.UNA when the window was reduced
  Bytes unproven_;                 // retransmitted since, and not reported as duplicate
  std::uint32_t first_stamp_ = 0;  // timestamp of the first retransmission
};

}  // namespace mptcpp::tcp
