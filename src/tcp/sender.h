// SPDX-License-Identifier: Apache-2.0
// The sending half of one TCP: what is outstanding, what is lost, when to send what again, and how much may be sent.
// Sent records with SACK (RFC 2018, 6675 pipe), RTO (RFC 6298), RACK-TLP (RFC 8985), PRR (RFC 9937), undo of spurious
// reductions (DSACK, Eifel, F-RTO), window validation (RFC 7661), congestion controller, delivery rate, pacer. It builds no segment and reads no header: Subflow
// tells it what was sent and acknowledged and asks what to send.
// SYN and FIN are records too (control bits that use one sequence number), so that one mechanism retransmits everything.
#pragma once

#include <cstdint>
#include <optional>

#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "congestion/delivery_rate.h"
#include "congestion/pacing.h"
#include "congestion/registry.h"
#include "mptcpp/counters.h"
#include "mptcpp/options.h"
#include "mptcpp/statistics.h"
#include "tcp/ack_tally.h"
#include "tcp/duplicate_acks.h"
#include "tcp/min_rtt.h"
#include "tcp/prr.h"
#include "tcp/rack.h"
#include "tcp/recovery.h"
#include "tcp/rto_estimator.h"
#include "tcp/scoreboard.h"
#include "tcp/sender_types.h"
#include "tcp/sent_records.h"
#include "tcp/tail_loss_probe.h"
#include "tcp/timestamp_clock.h"
#include "tcp/upper.h"
#include "tcp/window_use.h"
#include "tcp/window_validation.h"

namespace mptcpp::tcp {

class Sender {
 public:
  // The references outlive the sender.
  Sender(const TcpOptions& options, Counters& counters, const congestion::NamedController& controller, congestion::Group& group,
         SeqNum initial_sequence, Upper& upper);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // --- settings learnt in the handshake -----------------------------------------------------------------------------------
  void SetMss(std::uint32_t effective_mss);  // payload bytes per segment after options; may change later
  void SetSackPermitted(bool permitted);
  // Another controller takes over, here and now: what is known of the path goes on, a recovery under way ends as it began.
  void SetController(const congestion::NamedController& controller, congestion::Group& group, Instant now);
  void SetTimestamps(bool in_use);  // tcp/timestamp_clock.h; TSecr gives RTTs to 1 ms, records to 1 ns: records win

  // --- what was sent ------------------------------------------------------------------------------------------------------
  // A new record at snd_nxt() (SYN, FIN or payload). May be a whole super-segment: it is split later only if an ACK or SACK
  // cuts through it.
  // `mtu_probe`: longer than the path is known to take.
  void OnSentNew(PayloadRange payload, bool syn, bool fin, bool push, Instant now, bool mtu_probe = false);
  // Our SYN left some time ago, unnoticed: no round-trip time follows from it.
  void OnSynSentUnseen(Instant now);
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

  // May one segment of `bytes` payload go out as a probe of the path MTU? Not while anything is being repaired, and only with
  // more in the window behind it, so that its loss shows without a timeout (RFC 4821 7.2). One at a time.
  bool MayProbeMtu(std::uint32_t bytes) const;
  // What became of the probe, told once. Lost means: it goes again in smaller segments, and no window answers for it.
  enum class ProbeFate : std::uint8_t { kUnknown, kDelivered, kLost };
  ProbeFate TakeMtuProbeFate();
  // ICMP said that the probe did not fit.
  void OnMtuProbeTooBig(Instant now);

  // A smaller path MTU was learnt, after SetMss: what is in flight was too big and goes again, without blame (RFC 1191 6.4).
  void OnPathMtuReduced(Instant now);

  // --- timers -------------------------------------------------------------------------------------------------------------
  Instant NextDeadline() const;  // RTO, TLP, RACK reordering, pacer (if something waits for it)
  struct Expired {
    bool rto = false;
    bool tlp = false;
    bool loss_marked = false;
  };
  Expired OnDeadline(Instant now);
  // Something came back from a path that was given up: the back-off that its silence earned ends, and the head goes again now.
  void OnPathAnswers(Instant now);
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
  // Outstanding, not SACKed, not lost.
  Bytes in_flight() const { return Larger(records_.in_flight() - duplicates_.arrived(), Bytes()); }
  bool in_recovery() const { return recovery_.repairing(); }
  std::uint32_t consecutive_timeouts() const { return consecutive_timeouts_; }
  // Payload bytes of the segment that a timeout has found lost, and that goes again first.
  std::uint32_t UnansweredPayload() const { return records_.lost() > Bytes() ? LostStretch(mss_)->payload.length : 0; }
  // When SND.UNA last moved, or the oldest record was sent first: meaningful while something is outstanding.
  Instant first_unacked_since() const { return progress_; }
  Duration smoothed_rtt() const { return rto_.smoothed(); }
  Duration rtt_variation() const { return rto_.variation(); }
  Duration min_rtt() const { return min_rtt_.value(); }
  Duration rto() const { return rto_.rto(); }
  Rate pacing_rate() const { return pacer_.rate(); }
  std::uint64_t stream_offset_sent() const { return stream_sent_; }
  std::uint64_t stream_offset_acked() const { return stream_acked_; }
  congestion::Controller& controller() { return *controller_; }
  const congestion::Controller& controller() const { return *controller_.operator->(); }
  void FillInfo(SubflowInfo& info) const;
  const char* Inconsistency() const;

 private:
  // What stood before an ACK was processed.
  struct Before {
    Bytes in_flight;
    Bytes flight_size;  // RFC 5681: outstanding, SACKed or not
    Bytes undelivered;  // outstanding, not SACKed: RFC 9937's RecoverFS
    bool repairing = false;
  };
  struct RttSample {
    Duration rtt;  // Zero(): none
    bool round_start = false;
  };

  // sender_ack.cc: what an ACK says.
  void AckCumulatively(const AckInput& input, AckTally& tally, AckOutcome& outcome);
  void AckFront(std::uint32_t n, AckTally& tally, AckOutcome& outcome);
  void OnSynAcknowledged(bool retransmitted);
  bool ApplySack(const AckInput& input, AckTally& tally, AckOutcome& outcome);
  Bytes Delivered(const AckInput& input, const AckTally& tally, bool advanced);
  bool IsDuplicate(const AckInput& input) const;
  RttSample TakeRttSample(const AckInput& input, const AckTally& tally, bool advanced);
  void TellController(const AckInput& input, const Before& before, RttSample rtt, Bytes delivered, Bytes lost, Instant now);

  // sender_recovery.cc: what follows from it.
  void JudgeThePast(const AckInput& input, const AckTally& tally, bool advanced, Instant now);
  void UndoReduction(Instant now);
  Bytes DetectLoss(bool advanced, Instant now);
  Bytes DetectWithRack(Instant now);
  Bytes DetectWithDuplicates(bool advanced);
  Bytes MarkFrontLost();
  bool NeedsRepair() const;
  void LookAtMtuProbe();
  bool RetransmissionsWait(Instant now) const;
  void JudgeFirstAckAfterTimeout(bool advanced, Instant now);
  bool IsWindowUnused() const;
  void ValidateWindow(Bytes delivered, bool round_start, Instant now);
  void Reduce(Recovery::Phase phase, const Before& before, Bytes lost, bool from_ecn, Instant now);
  void EndPhase(Recovery::Phase ended);
  Before Now() const;
  bool OnReorderingTimer(Instant now);
  bool OnProbeTimer(Instant now);
  void OnRetransmissionTimer(Instant now);
  void ForgetSack();
  void ArmProbe(Instant now);
  void RestartTimers(Instant now);

  // sender.cc: what may be sent.
  Bytes Window() const;
  Bytes RestartLimit(Instant now) const;
  bool IsRestart(Instant now) const;
  void OnTransmitted(std::uint32_t payload, Instant now);
  congestion::ControllerConfig ControllerConfigFor(std::string_view parameters) const;
  void UpdatePacing();
  std::uint32_t RetransmissionBudget(std::uint32_t max_bytes, Instant now) const;
  std::optional<SendOrder> LostStretch(std::uint32_t budget) const;
  std::optional<SendOrder> ProbeOrder(std::uint32_t max_bytes) const;
  std::uint64_t StreamOffsetOf(SeqNum seq) const;

  const TcpOptions& options_;
  Counters& counters_;
  Upper& upper_;
  congestion::ControllerSlot controller_;
  congestion::DeliveryRate delivery_;
  congestion::Pacer pacer_;
  SentRecords records_;
  Scoreboard scoreboard_;
  DuplicateAcks duplicates_;
  Rack rack_;
  Recovery recovery_;
  Prr prr_;
  TailLossProbe tlp_;
  RtoEstimator rto_;
  MinRtt min_rtt_;
  WindowUse window_use_;
  WindowValidation validation_;

  std::uint32_t mss_ = 536;  // RFC 9293 MUST-15, until the handshake says more
  bool sack_permitted_ = false;
  bool timestamps_ = false;
  bool data_waiting_ = false;
  bool one_segment_free_ = false;   // the first retransmission of an episode leaves whatever window and pacer say
  enum class FRto : std::uint8_t { kOff, kTimedOut, kTriesNewData };  // RFC 5682 3.1, without timestamps
  FRto f_rto_ = FRto::kOff;
  bool f_rto_sent_ = false;                 // new data left
  Instant f_rto_since_;
  std::optional<SeqNum> mtu_probe_end_;     // a probe is under way
  ProbeFate mtu_probe_fate_ = ProbeFate::kUnknown;
  Bytes unvalidated_loss_flight_;           // not zero: the loss under repair came while the window was not validated
  std::uint64_t retransmitted_before_ = 0;  // bytes_retransmitted_ when that repair began
  SeqNum round_end_;                // SND.NXT when the current round trip began
  SeqNum lost_from_;                // no record before this one is lost
  std::uint32_t sacking_acks_ = 0;  // ACKs with new SACK information since SND.UNA moved
  std::uint32_t consecutive_timeouts_ = 0;
  std::uint64_t stream_sent_ = 0;
  std::uint64_t stream_acked_ = 0;

  Instant latest_;     // the last time we were told
  Instant last_sent_;  // of data
  Instant progress_;
  Instant rto_deadline_ = Instant::Infinite();
  Instant probe_deadline_ = Instant::Infinite();
  Instant reordering_deadline_ = Instant::Infinite();

  Bytes lost_total_;
  Rate named_rate_ = Rate::Infinite();  // what the controller named when the pacer was set
  Rate delivery_rate_;            // the last sample
  std::uint64_t bytes_sent_ = 0;  // payload, retransmissions included
  std::uint64_t bytes_retransmitted_ = 0;
  std::uint32_t retransmissions_ = 0, timeouts_ = 0, probes_ = 0, recoveries_ = 0, spurious_ = 0;
};

}  // namespace mptcpp::tcp
