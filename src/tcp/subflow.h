// SPDX-License-Identifier: Apache-2.0
// One complete TCP (RFC 9293): one subflow. It owns its state machine, timers, windows, loss recovery and congestion
// controller, and holds ranges of the upper layer's stream, never bytes. It does not know that MPTCP exists: see upper.h.
// Facts first: calls return nothing; what happened is read afterwards with TakeFacts().
// Owned by one connection; not movable while in use.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "congestion/registry.h"
#include "mptcpp/counters.h"
#include "mptcpp/error.h"
#include "mptcpp/options.h"
#include "mptcpp/statistics.h"
#include "tcp/acceptance.h"
#include "tcp/ack_policy.h"
#include "tcp/challenge_ack.h"
#include "tcp/ecn_state.h"
#include "tcp/fast_open.h"
#include "tcp/handshake.h"
#include "tcp/keepalive.h"
#include "tcp/path_mtu.h"
#include "tcp/peer_timestamps.h"
#include "tcp/persist.h"
#include "tcp/reassembly.h"
#include "tcp/sender.h"
#include "tcp/state.h"
#include "tcp/upper.h"
#include "tcp/windows.h"
#include "wire/icmp.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

// What a subflow is given for life. The references outlive it.
struct SubflowConfig {
  const TcpOptions& options;
  Counters& counters;
  ChallengeAckLimiter& challenge_acks;       // one per endpoint (RFC 5961 10)
  congestion::NamedController congestion;    // its text is read once
  congestion::Group& group;
  FourTuple tuple;
  SeqNum initial_sequence;                   // RFC 6528, from the stack
  std::uint32_t timestamp_offset = 0;        // RFC 7323 5.4
  Bytes largest_receive_window = Bytes::MiB(6);  // the most Upper::ReceiveWindow() will ever say: fixes the window scale
  bool fast_path = true;                     // false: every segment takes the general path (tests compare the two)
};

// What happened since the last TakeFacts(). Several may be true.
struct Facts {
  bool established = false;      // reached ESTABLISHED
  bool ack_advanced = false;     // SND.UNA moved, or new bytes were SACKed
  bool peer_fin = false;         // the peer's FIN is in sequence: no more payload will come
  bool fin_acknowledged = false; // our FIN was acknowledged
  bool closed = false;           // state is CLOSED now
  bool reset = false;            // ... because of a RST from the peer (error kRefused before ESTABLISHED, else kReset)
  bool timed_out = false;        // ... because the peer stopped answering (syn_retries, user_timeout, keepalive)
  bool unreachable = false;      // ... because ICMP said so before ESTABLISHED
  bool rto_fired = false;        // the retransmission timer expired (consecutive_timeouts() says how often in a row)
  bool tlp_fired = false;        // a tail loss probe was sent: the first sign of trouble, before the RTO
  bool loss_marked = false;      // RACK or SACK marked segments as lost
  bool window_opened = false;    // the peer's window grew from too small to usable
  bool keepalive_answered = false;
};

class Subflow {
 public:
  Subflow(const SubflowConfig& config, Upper& upper);
  ~Subflow();
  Subflow(const Subflow&) = delete;
  Subflow& operator=(const Subflow&) = delete;

  // --- opening ------------------------------------------------------------------------------------------------------------
  // CLOSED -> SYN-SENT; the SYN leaves with the next Transmit, with data if the offer has a cookie and Upper has some.
  void OpenActive(Instant now, const FastOpenOffer& fast_open = {});
  // CLOSED -> SYN-RECEIVED from a SYN; Upper::ReadOptions has NOT been asked for this SYN (the stack did read it).
  // An accepted cookie: its payload is taken (OnPayload), and new data may leave before the third ACK comes (RFC 7413 4.2.2).
  void OpenPassive(const wire::SegmentView& syn, Instant now, const FastOpenAnswer& fast_open = {});

  // After OpenPassive: the SYN/ACK has left already, before this object was there (SYN cookies). When is not known.
  void AssumeSynAckSent(Instant now);

  // --- receiving ----------------------------------------------------------------------------------------------------------
  // One segment of this 4-tuple. Time of arrival is in the view.
  void Receive(const wire::SegmentView& segment, Instant now);
  // Believed only if the quoted sequence number is in flight (RFC 5927 4); counts IcmpIgnored otherwise.
  void ReceiveIcmp(const wire::IcmpError& error, Instant now);
  void OnDeadline(Instant now);
  // The earliest of all timers and of the pacer when data was held back by it.
  Instant NextDeadline() const;
  Facts TakeFacts();

  // --- sending ------------------------------------------------------------------------------------------------------------
  // One packet that must go regardless of new data: RST, SYN, SYN/ACK, retransmission, probe, FIN. False: nothing.
  bool TransmitUrgent(TxPacket& out, Instant now);
  // What may be sent as new data now: within cwnd, peer window and pacing; 0 if less than a full segment and something is
  // outstanding (sender SWS avoidance is the caller's for the tail). Capped at one super-segment's worth or the quantum.
  Bytes SendSpace(Instant now) const;
  // After sending what SendSpace() let out. True: more data waits, so that the pacer's release becomes a deadline and a tail
  // loss probe may carry new data. False: there is nothing more, the application is the limit (RFC 7661, delivery rate).
  void SetDataWaiting(bool waiting);
  // Like SendSpace but without pacing: what cwnd and peer window allow in total (for schedulers).
  Bytes WindowSpace() const;
  // Payload bytes of a probe of the path MTU that is due and fits window and pacing (RFC 8899); 0: none. A range of exactly this
  // length given to TransmitNew() leaves as the probe, in one segment.
  std::uint32_t MtuProbeBytes(Instant now) const;
  // Sends `range` (1 .. SendSpace() bytes; a tail loss probe may carry one MSS more) as one super-segment at SND.NXT; `push`
  // sets PSH. FillPayload must be able to name all of it in the slices of one TxPacket. The upper layer pushes ranges; it never takes one back: it will be retransmitted here until acknowledged or closed.
  void TransmitNew(PayloadRange range, bool push, TxPacket& out, Instant now);
  // One pure ACK if one is due now (delayed-ACK timer, every second segment, out of order, window update, RequestAck).
  bool TransmitAck(TxPacket& out, Instant now);
  // An ACK will leave with the next TransmitAck even if TCP itself sees no reason: options have to go out. Segments with
  // payload sent in between do not cancel it.
  void RequestAck();
  // The application read data: may want a window update (RFC 9293 3.8.6.2.2: at least min(half the buffer, one MSS)).
  void OnReceiveWindowGrew(Instant now);
  // New data waits but the shared or peer window is shut: run the persist timer (RFC 9293 3.8.6.1). False stops it.
  void SetWindowBlocked(bool blocked, Instant now);
  // A tail loss probe wants new data: one MSS may be sent although SendSpace() is 0 (RFC 8985 7.3).
  bool WantsProbeData() const;
  // A keepalive probe now, whatever the idle time (RFC 8684 3.4.2 asks before a path is removed).
  void ProbeNow(Instant now);
  // The probe was answered although retransmissions had not been: retransmit now, not when the back-off ends.
  void RetryNow(Instant now) { sender_.OnPathAnswers(now); }

  // --- closing ------------------------------------------------------------------------------------------------------------
  // FIN after everything handed over so far.
  void Close(Instant now);
  // RST as the next segment (WriteOptions is asked for its options), then CLOSED; nothing is received any more until then.
  // In SYN-SENT, TIME-WAIT or CLOSED: just CLOSED (RFC 9293 3.10.5).
  void Abort(Instant now);
  // CLOSED at once without a segment.
  void Forget();
  // Shortens TIME-WAIT (RFC 8684 3.3.3: the data level already knows that all is done).
  void ShortenTimeWait(Duration remaining, Instant now);

  // In TIME-WAIT: a SYN that is newer than everything of this connection may begin another one with the same 4-tuple
  // (RFC 9293 3.6.1, MAY-2; RFC 6191).
  bool GivesWayTo(const wire::SegmentView& syn) const;

  // --- knowing ------------------------------------------------------------------------------------------------------------
  State state() const { return state_; }
  // New data may leave: in a state that can send, or before that by an accepted fast open.
  bool MaySend() const { return CanSend(state_) || (state_ == State::kSynReceived && fast_open_answer_.accepted && SynSent()); }
  bool MaySendEarly() const { return state_ == State::kSynReceived && fast_open_answer_.accepted; }
  bool IsFastOpen() const { return fast_open_answer_.accepted; }
  // The SYN with a fast-open option got no answer in time, so that one without followed.
  bool FastOpenWasRepeated() const { return fast_open_offer_.enabled && syn_repeated_; }
  std::uint32_t syn_payload_sent() const { return syn_payload_; }
  const FourTuple& tuple() const { return tuple_; }
  bool IsEstablished() const { return state() == State::kEstablished; }
  bool IsClosed() const { return state() == State::kClosed; }
  // True while there are ranges the peer has not acknowledged on this subflow.
  bool HasOutstanding() const { return stream_offset_sent() != stream_offset_acked(); }
  // Calls visit(PayloadRange) for every range not acknowledged here, oldest first (for reinjection).
  template <typename Visitor>
  void VisitOutstanding(Visitor&& visit) const {
    sender_.VisitOutstanding(visit);
  }
  Bytes in_flight() const { return sender_.in_flight(); }  // outstanding, not SACKed, not lost
  Bytes cwnd() const { return sender_.controller().control().cwnd; }
  Bytes peer_window() const { return send_window_.window(); }  // last advertised on this subflow, scaled
  std::uint32_t effective_mss() const;       // payload bytes per segment after all options (RFC 6691)
  Duration smoothed_rtt() const { return sender_.smoothed_rtt(); }  // Zero() before the first sample
  Duration rtt_variation() const { return sender_.rtt_variation(); }
  Duration min_rtt() const { return sender_.min_rtt(); }
  Duration rto() const { return sender_.rto(); }  // current, back-off included
  Rate pacing_rate() const { return sender_.pacing_rate(); }
  std::uint32_t consecutive_timeouts() const { return sender_.consecutive_timeouts(); }
  // When SND.UNA last moved, or sending began after silence.
  Instant last_progress() const { return sender_.first_unacked_since(); }
  // Payload bytes handed over so far (= the next stream_offset), acknowledged cumulatively, and received in sequence.
  std::uint64_t stream_offset_sent() const { return sender_.stream_offset_sent(); }
  std::uint64_t stream_offset_acked() const { return sender_.stream_offset_acked(); }
  std::uint64_t stream_offset_received() const { return reassembly_.edge(); }
  SeqNum initial_send_sequence() const { return iss_; }
  SeqNum initial_receive_sequence() const { return irs_; }
  congestion::Controller& controller() { return sender_.controller(); }
  // See Sender::SetController.
  void SetController(const congestion::NamedController& controller, congestion::Group& group, Instant now) {
    sender_.SetController(controller, group, now);
  }
  // Fills the fields that TCP knows.
  void FillInfo(SubflowInfo& info) const;
  // Broken invariants found, per state (tests, fuzzers, debug). nullptr: consistent.
  const char* Inconsistency() const;

 private:
  // subflow.cc: life.
  void SetState(State next);
  void EnterClosed();
  void EnterTimeWait(Instant now);
  void TakePeerSyn(const wire::SegmentView& syn, Instant now);
  void BecomeEstablished(Instant now);
  void StartClosing();
  void StartReset();
  SeqNum RcvNxt() const;
  bool IsV6() const { return tuple_.remote.address.IsV6(); }
  void TakeSynPayload(const wire::SegmentView& syn);
  bool SynSent() const { return sender_.snd_nxt() != iss_; }
  void RefreshMss();
  std::uint32_t PayloadOf(std::uint32_t segment) const;

  // subflow_receive.cc: what arrived.
  void ReceiveInSynSent(const wire::SegmentView& segment, Instant now);
  void SettleFastOpen(const wire::SegmentView& syn_ack);
  void ReceiveSynAck(const wire::SegmentView& segment, Instant now);
  bool TakesFastPath(const wire::SegmentView& segment, Instant now) const;
  void ReceiveInOrder(const wire::SegmentView& segment, Instant now);
  void ReceiveAny(const wire::SegmentView& segment, Instant now);
  bool IsRepeatedHandshake(const wire::SegmentView& segment, Instant now);
  Acceptance JudgeSegment(const wire::SegmentView& segment, Instant now);
  void Refuse(const wire::SegmentView& segment, Acceptance verdict, Instant now);
  void ReceiveReset(const wire::SegmentView& segment);
  void ReceiveCrossedSyn(const wire::SegmentView& syn, Instant now);
  void ProcessSegment(const wire::SegmentView& segment, OptionVerdict verdict, Instant now);
  bool ProcessAck(const wire::SegmentView& segment, Instant now);
  void ProcessFinAcknowledged(Instant now);
  void ProcessPayload(const wire::SegmentView& segment, Instant now);
  void ProcessPeerFin(Instant now);
  void NoteHeard(Instant now);
  void ChallengeAck(Instant now);
  void AcknowledgeUnacceptable(const wire::SegmentView& segment, Instant now);
  bool IsProbe(const wire::SegmentView& segment) const;
  bool MayAnswer(const wire::SegmentView& refused, Instant now);
  std::uint32_t AcceptableWindow(const wire::SegmentView& segment) const;
  std::int64_t StreamOffsetOf(SeqNum seq) const;
  OptionVerdict AskUpper(const wire::SegmentView& segment);

  // subflow_transmit.cc: what leaves.
  void Begin(TxPacket& out) const;
  void TransmitStrayReset(TxPacket& out);
  void TransmitReset(TxPacket& out, Instant now);
  void TransmitSyn(TxPacket& out, Instant now);
  void AddSynPayload(TxPacket& out);
  bool TransmitRetransmission(TxPacket& out, Instant now);
  bool TransmitFin(TxPacket& out, Instant now);
  void TransmitProbe(TxPacket& out, Instant now);
  void Build(const OutgoingSegment& segment, TxPacket& out, Instant now);
  const wire::FastOpenCookie* FastOpenOption(const OutgoingSegment& segment) const;
  Bytes Sendable(Bytes allowance) const;
  bool CanAcknowledge() const { return !reset_due_ && (IsSynchronized(state_) || (state_ == State::kSynReceived && SynSent())); }
  wire::Timestamps OwnTimestamps(bool with_echo, Instant now) const;
  std::uint32_t SegmentsIn(std::uint32_t bytes, std::uint32_t size) const { return bytes == 0 ? 1 : (bytes + size - 1) / size; }

  // subflow_timers.cc: what time does.
  void OnTimeout();
  Instant UserTimeoutDeadline() const;
  void OnProbeTimers(Instant now);
  void OnSilence(Instant now);
  void OnMtuReduced(Instant now);
  void TakeMtuProbeFate(Instant now);

  const TcpOptions& options_;
  Counters& counters_;
  ChallengeAckLimiter& challenge_acks_;
  Upper& upper_;
  FourTuple tuple_;
  SeqNum iss_;
  std::uint32_t timestamp_offset_;
  bool fast_path_;

  State state_ = State::kClosed;
  bool active_ = false;             // we sent the first SYN
  bool syn_due_ = false;            // SYN or SYN/ACK must leave (again) now
  bool close_requested_ = false;    // Close() came before ESTABLISHED
  bool fin_due_ = false;            // our FIN has not left yet
  bool fin_probes_ = false;         // it leaves although the window is shut
  bool fin_received_ = false;       // the peer's FIN is in sequence
  bool reset_due_ = false;          // our RST has not left yet; nothing else happens until it has
  bool probe_due_ = false;
  bool handshake_ack_due_ = false;
  bool upper_blocked_ = false;      // SetWindowBlocked
  bool syn_repeated_ = false;
  std::uint32_t syn_payload_ = 0;   // bytes that our SYN carried
  FastOpenOffer fast_open_offer_;
  FastOpenAnswer fast_open_answer_;
  Instant syn_sent_;                // the first one
  bool soft_error_ = false;         // ICMP said "unreachable, perhaps"
  std::optional<SeqNum> stray_reset_;       // answers an impossible ACK during the handshake; we live on
  std::optional<std::uint64_t> peer_fin_;   // stream offset of the peer's FIN, once seen

  Sender sender_;
  SendWindow send_window_;
  ReceiveWindow receive_window_;
  Reassembly reassembly_;
  PeerTimestamps peer_timestamps_;
  AckPolicy ack_;
  EcnState ecn_;
  PathMtu path_mtu_;
  Persist persist_;
  Keepalive keepalive_;
  SynOptions syn_options_;
  Negotiated negotiated_;
  Facts facts_;

  SeqNum irs_;
  SeqNum last_ack_sent_;            // RFC 7323 4.3
  std::uint32_t mss_ = 0;           // what sender_ was told last
  Duration time_wait_;
  Instant time_wait_end_ = Instant::Infinite();
  Instant unanswered_since_ = Instant::Infinite();     // first window probe that got no answer yet
  Instant answered_empty_ = Instant::FromNanos(INT64_MIN / 2);  // a refused segment without payload: MayAnswer()
  std::uint64_t segments_sent_ = 0;
  std::uint64_t segments_received_ = 0;
};

}  // namespace mptcpp::tcp
