// SPDX-License-Identifier: Apache-2.0
// RACK (RFC 8985 6): loss by time. Of all that was delivered, remember what was sent last. Whatever was sent before that,
// and has not arrived although a round trip and some patience for reordering have passed since, is lost. Unlike counting
// duplicate ACKs this finds lost retransmissions and lost tails, and tolerates reordering that it has seen.
// It marks records and names the time of the next look; what a loss means for the window is not its business.
// Owned by one Sender.
#pragma once

#include <cstdint>
#include <optional>

#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "tcp/sent_records.h"

namespace mptcpp::tcp {

class Rack {
 public:
  // An ACK begins: reordering is judged against what had been delivered before it, because SACK blocks come newest first.
  void OnAckStart() { delivered_before_ack_ = highest_delivered_; }
  // Steps 2 and 3: the part of `record` up to `end` is newly acknowledged or SACKed. `echo`: TSecr, if timestamps are in use.
  void OnDelivered(const SentRecord& record, SeqNum end, Instant arrival, std::optional<std::uint32_t> echo, Duration min_rtt);
  // A DSACK came that no tail loss probe explains: we were too impatient (step 4). SND.UNA and SND.NXT after the ACK.
  void OnDsack(SeqNum una, SeqNum nxt);
  // Fast or timeout recovery ended (step 4: 16 recoveries without DSACK end the larger patience).
  void OnRecoveryEnd();

  struct Circumstances {
    bool recovering = false;          // fast or timeout recovery
    bool dup_thresh_reached = false;  // three or more segments are SACKed
    Duration min_rtt;
    Duration smoothed_rtt;
  };
  struct Detection {
    Bytes lost;                                // marked now
    Instant look_again = Instant::Infinite();  // when the last of the suspects will be lost
  };
  // Step 5. Costs a walk over the records sent before the newest delivered one: only when there is a SACK, a retransmission or
  // a loss (see NothingToDetect).
  Detection DetectLoss(SentRecords& records, const Circumstances& circumstances, Instant now);
  // True if cumulative ACKs alone tell that nothing was overtaken.
  static bool NothingToDetect(const SentRecords& records) {
    return records.sacked() == Bytes() && records.retransmitted() == Bytes() && records.lost() == Bytes();
  }
  // 6.3: at a timeout the first record is lost, and others that had their time. Returns the bytes marked.
  Bytes MarkLostOnTimeout(SentRecords& records, Instant now);

  bool reordering_seen() const { return reordering_seen_; }
  Duration rtt() const { return rtt_; }
  Duration reordering_window() const { return window_; }  // as of the last DetectLoss

 private:
  Duration Window(const Circumstances& circumstances) const;
  bool SentBeforeNewest(const SentRecord& record) const;

  Instant newest_sent_;  // RACK.xmit_ts
  SeqNum newest_end_;    // RACK.end_seq
  Duration rtt_;
  Duration window_;                          // RACK.reo_wnd
  std::optional<SeqNum> highest_delivered_;  // RACK.fack
  std::optional<SeqNum> delivered_before_ack_;
  std::optional<SeqNum> dsack_round_;
  std::uint8_t window_multiple_ = 1;
  std::uint8_t window_persist_ = 16;
  bool reordering_seen_ = false;
};

}  // namespace mptcpp::tcp
