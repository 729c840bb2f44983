// SPDX-License-Identifier: Apache-2.0
// One complete TCP (RFC 9293): one subflow. It owns its state machine, timers, windows, loss recovery and congestion
// controller, and holds ranges of the upper layer's stream, never bytes. It does not know that MPTCP exists: see upper.h.
// Facts first: calls return nothing; what happened is read afterwards with TakeFacts().
// Owned by one connection; not movable while in use.
#pragma once

#include <cstdint>
#include <memory>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "congestion/registry.h"
#include "mptcpp/counters.h"
#include "mptcpp/error.h"
#include "mptcpp/options.h"
#include "mptcpp/statistics.h"
#include "tcp/challenge_ack.h"
#include "tcp/state.h"
#include "tcp/upper.h"
#include "wire/icmp.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

// What a subflow is given for life. The references outlive it.
struct SubflowConfig {
  const TcpOptions& options;
  Counters& counters;
  ChallengeAckLimiter& challenge_acks;       // one per endpoint (RFC 5961 10)
  const congestion::ControllerInfo& congestion;
  congestion::Group& group;
  FourTuple tuple;
  SeqNum initial_sequence;                   // RFC 6528, from the stack
  std::uint32_t timestamp_offset = 0;        // RFC 7323 5.4
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
  // CLOSED -> SYN-SENT; the SYN leaves with the next Transmit.
  void OpenActive(Instant now);
  // CLOSED -> SYN-RECEIVED from a SYN; Upper::ReadOptions has NOT been asked for this SYN (the stack did read it).
  void OpenPassive(const wire::SegmentView& syn, Instant now);

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
  // Like SendSpace but without pacing: what cwnd and peer window allow in total (for schedulers).
  Bytes WindowSpace() const;
  // Sends `range` (1 .. SendSpace() bytes; a tail loss probe may carry one MSS more) as one super-segment at SND.NXT. `push` sets PSH.
  // The upper layer pushes ranges; it never takes one back: it will be retransmitted here until acknowledged or closed.
  void TransmitNew(PayloadRange range, bool push, TxPacket& out, Instant now);
  // One pure ACK if one is due now (delayed-ACK timer, every second segment, out of order, window update, RequestAck).
  bool TransmitAck(TxPacket& out, Instant now);
  // An ACK will leave with the next TransmitAck even if TCP itself sees no reason: options have to go out.
  void RequestAck();
  // The application read data: may want a window update (RFC 9293 3.8.6.2.2: at least min(half the buffer, one MSS)).
  void OnReceiveWindowGrew(Instant now);
  // New data waits but the shared or peer window is shut: run the persist timer (RFC 9293 3.8.6.1). False stops it.
  void SetWindowBlocked(bool blocked, Instant now);
  // A tail loss probe wants new data: one MSS may be sent although SendSpace() is 0 (RFC 8985 7.3).
  bool WantsProbeData() const;
  // A keepalive probe now, whatever the idle time (RFC 8684 3.4.2 asks before a path is removed).
  void ProbeNow(Instant now);

  // --- closing ------------------------------------------------------------------------------------------------------------
  // FIN after everything handed over so far.
  void Close(Instant now);
  // RST as the next segment (WriteOptions is asked for its options), then CLOSED. In SYN-SENT or CLOSED: just CLOSED.
  void Abort(Instant now);
  // CLOSED at once without a segment.
  void Forget();
  // Shortens TIME-WAIT (RFC 8684 3.3.3: the data level already knows that all is done).
  void ShortenTimeWait(Duration remaining, Instant now);

  // --- knowing ------------------------------------------------------------------------------------------------------------
  State state() const;
  const FourTuple& tuple() const;
  bool IsEstablished() const { return state() == State::kEstablished; }
  bool IsClosed() const { return state() == State::kClosed; }
  // True while there are ranges the peer has not acknowledged on this subflow.
  bool HasOutstanding() const;
  // Calls visit(PayloadRange) for every range not acknowledged here, oldest first (for reinjection).
  template <typename Visitor>
  void VisitOutstanding(Visitor&& visit) const;
  Bytes in_flight() const;                   // outstanding, not SACKed, not lost
  Bytes cwnd() const;
  Bytes peer_window() const;                 // last advertised on this subflow, scaled
  std::uint32_t effective_mss() const;       // payload bytes per segment after all options (RFC 6691)
  Duration smoothed_rtt() const;             // Zero() before the first sample
  Duration rtt_variation() const;
  Duration min_rtt() const;
  Duration rto() const;                      // current, back-off included
  Rate pacing_rate() const;
  std::uint32_t consecutive_timeouts() const;
  Instant last_progress() const;             // when SND.UNA last moved, or sending began after silence
  std::uint64_t stream_offset_sent() const;     // payload bytes handed over so far = next stream_offset
  std::uint64_t stream_offset_acked() const;    // payload bytes acknowledged cumulatively
  std::uint64_t stream_offset_received() const; // payload bytes received in sequence
  SeqNum initial_receive_sequence() const;
  congestion::Controller& controller();
  // Fills the fields that TCP knows.
  void FillInfo(SubflowInfo& info) const;
  // Broken invariants found, per state (tests, fuzzers, debug). Empty view: consistent.
  const char* Inconsistency() const;
};

}  // namespace mptcpp::tcp
