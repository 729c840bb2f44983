// SPDX-License-Identifier: Apache-2.0
// The sending half of one TCP: what is outstanding, what is lost, when to send what again, and how much may be sent.
// Sent records with SACK (RFC 2018, 6675 pipe), RTO (RFC 6298), RACK-TLP (RFC 8985), PRR (RFC 9937), undo of spurious
// reductions (DSACK, Eifel), congestion controller, delivery rate, pacer. It builds no segment and reads no header: Subflow
// tells it what was sent and acknowledged and asks what to send.
// SYN and FIN are records too (control bits that use one sequence number), so that one mechanism retransmits everything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "congestion/pacing.h"
#include "congestion/registry.h"
#include "mptcpp/counters.h"
#include "mptcpp/options.h"
#include "mptcpp/statistics.h"
#include "tcp/rto_estimator.h"
#include "tcp/sent_records.h"
#include "tcp/timestamp_clock.h"
#include "tcp/upper.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

// A stretch of sequence space to (re)transmit as one super-segment.
struct SendOrder {
  SeqNum seq;
  PayloadRange payload;   // length 0 with syn or fin
  bool syn = false;
  bool fin = false;
  bool push = false;
  bool retransmission = false;
  std::uint64_t stream_offset = 0;
};

// The acknowledgment part of a segment that passed Subflow's checks (SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT).
struct AckInput {
  SeqNum ack;
  std::span<const wire::SackBlock> sack;
  std::optional<std::uint32_t> timestamp_echo;  // TSecr, our clock's value (offset removed by Subflow)
  bool ecn_echo = false;
  bool has_payload = false;
  bool window_changed = false;
  bool counts_as_duplicate = true;  // false: carries a non-DSS MPTCP option (RFC 8684 3: not a loss signal)
  Instant arrival;
};

// What the ACK did, for Subflow's facts.
struct AckOutcome {
  bool advanced = false;            // SND.UNA moved
  bool sacked_new = false;
  bool loss_marked = false;
  bool syn_acked = false;
  bool fin_acked = false;
  bool ecn_reduced = false;         // the window was reduced for an ECN echo: CWR goes on the next new data (RFC 3168 6.1.2)
};

class Sender {
 public:
  // The references outlive the sender.
  Sender(const TcpOptions& options, Counters& counters, const congestion::ControllerInfo& controller, congestion::Group& group,
         SeqNum initial_sequence, Upper& upper);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // --- settings learnt in the handshake -----------------------------------------------------------------------------------
  void SetMss(std::uint32_t effective_mss);        // payload bytes per segment after options; may change later
  void SetSackPermitted(bool permitted);
  void SetTimestamps(bool in_use);                 // tcp/timestamp_clock.h; TSecr gives RTTs to 1 ms, records to 1 ns: records win

  // --- what was sent ------------------------------------------------------------------------------------------------------
  // A new record at snd_nxt() (SYN, FIN or payload). May be a whole super-segment: it is split later only if an ACK or SACK
  // cuts through it.
  void OnSentNew(PayloadRange payload, bool syn, bool fin, bool push, Instant now);
  // What NextRetransmission() returned has been sent (all of it).
  void OnRetransmitted(const SendOrder& order, Instant now);

  // --- what was acknowledged ----------------------------------------------------------------------------------------------
  AckOutcome OnAck(const AckInput& input, Instant now);  // calls Upper::OnAcknowledged for freed payload

  // --- what to send -------------------------------------------------------------------------------------------------------
  // The next lost stretch that recovery allows now (cwnd/PRR and pacing), at most `max_bytes`, one super-segment at most,
  // never across a boundary of records whose upper ranges are not contiguous. nullopt: nothing to retransmit now.
  std::optional<SendOrder> NextRetransmission(std::uint32_t max_bytes, Instant now) const;
  // New payload that cwnd/PRR/pacing allow now (the peer's window is Subflow's to apply).
  Bytes NewDataAllowance(Instant now) const;
  // The same without pacing.
  Bytes WindowAllowance() const;
  // TLP wants one segment of new data: only after SetDataWaiting(true), otherwise NextRetransmission gives the probe.
  bool WantsProbeData() const;

  // --- timers -------------------------------------------------------------------------------------------------------------
  Instant NextDeadline() const;                    // RTO, TLP, RACK reordering, pacer (if something waits for it)
  struct Expired { bool rto = false; bool tlp = false; bool loss_marked = false; };
  Expired OnDeadline(Instant now);
  // The application had nothing more to send (delivery rate, RFC 7661).
  void OnApplicationLimited();
  // A pacing-limited or cwnd-limited sender has data waiting (so that the pacer's release becomes a deadline).
  void SetDataWaiting(bool waiting);

  // --- knowing ------------------------------------------------------------------------------------------------------------
  SeqNum snd_una() const { return records_.una(); }
  SeqNum snd_nxt() const { return records_.nxt(); }
  bool HasOutstanding() const { return !records_.empty(); }  // any record, SYN and FIN included
  // Payload ranges not cumulatively acked, oldest first.
  template <typename Visitor>
  void VisitOutstanding(Visitor&& visit) const {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (const PayloadRange range = records_[i].Payload(); range.length > 0) visit(range);
    }
  }
  Bytes in_flight() const { return records_.in_flight(); }
  std::uint32_t consecutive_timeouts() const { return consecutive_timeouts_; }
  // When SND.UNA last moved, or the oldest record was sent first: meaningful while something is outstanding.
  Instant first_unacked_since() const { return progress_; }
  Duration smoothed_rtt() const { return rto_.smoothed(); }
  Duration rtt_variation() const { return rto_.variation(); }
  Duration min_rtt() const { return min_rtt_; }
  Duration rto() const { return rto_.rto(); }
  Rate pacing_rate() const { return pacer_.rate(); }
  std::uint64_t stream_offset_sent() const { return stream_sent_; }
  std::uint64_t stream_offset_acked() const { return stream_acked_; }
  congestion::Controller& controller() { return *controller_; }
  const congestion::Controller& controller() const { return *controller_.operator->(); }
  void FillInfo(SubflowInfo& info) const;
  const char* Inconsistency() const { return records_.Inconsistency(); }

 private:
  bool AckCumulatively(const AckInput& input, Instant now, AckOutcome& outcome);
  std::uint64_t StreamOffsetOf(std::size_t record) const;

  const TcpOptions& options_;
  Counters& counters_;
  Upper& upper_;
  congestion::ControllerSlot controller_;
  congestion::Pacer pacer_;
  SentRecords records_;
  RtoEstimator rto_;
  Duration min_rtt_;
  std::uint32_t mss_ = 536;
  std::uint32_t consecutive_timeouts_ = 0;
  std::uint64_t stream_sent_ = 0;
  std::uint64_t stream_acked_ = 0;
  Instant progress_;
  Instant rto_deadline_ = Instant::Infinite();
  bool sack_permitted_ = false;
  bool timestamps_ = false;
  bool data_waiting_ = false;
};

}  // namespace mptcpp::tcp
