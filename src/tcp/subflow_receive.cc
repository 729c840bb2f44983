// SPDX-License-Identifier: Apache-2.0
// What arrives (RFC 9293 3.10.7). Facts first: a segment is judged (acceptance.h), then the upper layer reads its options, then
// ACK, payload and FIN are processed. In-order segments of an established connection take a straight line to the same result.
#include <algorithm>

#include "base/check.h"
#include "tcp/subflow.h"
#include "wire/mptcp_subtype.h"

namespace mptcpp::tcp {
namespace {

constexpr Duration kAnswersToEmptyApart = Duration::Millis(500);  // Linux's tcp_invalid_ratelimit
// Of what looks like a keepalive or window probe: nobody's timer sends these faster than Linux's smallest RTO of 200 ms.
constexpr Duration kAnswersToProbesApart = Duration::Millis(100);

// RFC 8684 3: a duplicate ACK with an MPTCP option other than DSS announces something; it is no sign of loss.
bool AnnouncesSomething(const wire::SegmentView& segment) {
  for (std::size_t i = 0; i < segment.mptcp_count; ++i) {
    if (wire::SubtypeOf(segment.mptcp[i]) != wire::MptcpSubtype::kDss) return true;
  }
  return false;
}

}  // namespace

void Subflow::Receive(const wire::SegmentView& segment, Instant now) {
  if (state_ == State::kClosed || reset_due_) return;
  const auto length = static_cast<std::uint32_t>(segment.payload.size());
  segments_received_ += SegmentsIn(length, segment.gso_size == 0 ? std::max(length, 1u) : segment.gso_size);
  if (state_ == State::kSynSent) {
    ReceiveInSynSent(segment, now);
  } else if (TakesFastPath(segment, now)) {
    ReceiveInOrder(segment, now);
  } else {
    ReceiveAny(segment, now);
  }
  MPTCPP_DCHECK(Inconsistency() == nullptr);
}

// --- SYN-SENT (RFC 9293 3.10.7.3) -----------------------------------------------------------------------------------------

void Subflow::ReceiveInSynSent(const wire::SegmentView& segment, Instant now) {
  // With fast open anything from the SYN alone to all of its data may be acknowledged (RFC 7413 4.2.1).
  if (segment.flags.ack && (segment.ack.DistanceFrom(iss_ + 1) > syn_payload_ || !SynSent())) {
    counters_.Add(Counter::kAckInvalid);
    if (!segment.flags.rst) stray_reset_ = segment.ack;
    return;
  }
  if (segment.flags.rst) {
    if (segment.flags.ack) ReceiveReset(segment);
    return;
  }
  if (!segment.flags.syn) return;
  if (segment.flags.ack) {
    ReceiveSynAck(segment, now);
  } else {
    ReceiveCrossedSyn(segment, now);
  }
}

// Payload and FIN in a SYN or SYN/ACK are not taken: the peer will send them again.
void Subflow::ReceiveSynAck(const wire::SegmentView& segment, Instant now) {
  irs_ = segment.seq;
  const OptionVerdict verdict = AskUpper(segment);
  if (verdict == OptionVerdict::kDiscard) return;
  ecn_.OnSynAck(segment.flags);
  TakePeerSyn(segment, now);
  if (verdict == OptionVerdict::kReset) return StartReset();
  if (syn_payload_ > 0) SettleFastOpen(segment);
  ProcessAck(segment, now);
  handshake_ack_due_ = true;
  ack_.AckNow();
  BecomeEstablished(now);
}

// What the SYN/ACK acknowledges of the SYN's data was sent with it; of the rest the sender has never heard, and the upper layer
// hands it out again as new data (RFC 7413 4.2.1; RFC 8684 B.3).
void Subflow::SettleFastOpen(const wire::SegmentView& syn_ack) {
  const std::uint32_t taken = syn_ack.ack.DistanceFrom(iss_ + 1);
  counters_.Add(taken > 0 ? Counter::kTCPFastOpenActive : Counter::kTCPFastOpenActiveFail);
  if (taken > 0) sender_.OnSentNew(upper_.OnSynPayloadTaken(taken), false, false, true, syn_sent_);
}

// Simultaneous open (RFC 9293 3.5, MUST-10): our SYN goes again, as a SYN/ACK.
void Subflow::ReceiveCrossedSyn(const wire::SegmentView& syn, Instant now) {
  irs_ = syn.seq;
  const OptionVerdict verdict = AskUpper(syn);
  if (verdict == OptionVerdict::kDiscard) return;
  ecn_.OnSyn(syn.flags);
  TakePeerSyn(syn, now);
  if (verdict == OptionVerdict::kReset) return StartReset();
  syn_due_ = true;
  SetState(State::kSynReceived);
}

// --- the straight line ----------------------------------------------------------------------------------------------------

bool Subflow::TakesFastPath(const wire::SegmentView& segment, Instant now) const {
  const wire::TcpFlags& flags = segment.flags;
  if (!fast_path_ || state_ != State::kEstablished || !flags.ack) return false;
  if (flags.syn || flags.fin || flags.rst || flags.urg || flags.ece || flags.cwr || segment.ecn == Ecn::kCe) return false;
  const SeqNum rcv_nxt = RcvNxt();
  if (segment.seq != rcv_nxt || segment.payload.size() > receive_window_.Acceptable(rcv_nxt)) return false;
  if (segment.ack.Before(sender_.snd_una()) || segment.ack.After(sender_.snd_nxt())) return false;
  if (reassembly_.HasHoles() || peer_fin_) return false;
  if (!negotiated_.timestamps) return true;
  return segment.options.timestamps && !peer_timestamps_.IsOld(segment.options.timestamps->value, now);
}

void Subflow::ReceiveInOrder(const wire::SegmentView& segment, Instant now) {
  if (negotiated_.timestamps) peer_timestamps_.Take(segment.options.timestamps->value, segment.seq, last_ack_sent_, now);
  NoteHeard(now);
  const OptionVerdict verdict = AskUpper(segment);
  if (verdict != OptionVerdict::kOk) return ProcessSegment(segment, verdict, now);
  ProcessAck(segment, now);
  if (segment.payload.empty()) return;
  if (!upper_.OnPayload(reassembly_.edge(), segment.payload)) return StartReset();
  reassembly_.Advance(segment.payload.size());
  ack_.OnInOrder(static_cast<std::uint32_t>(segment.payload.size()), segment.gso_size, sender_.rto(), now);
}

// --- the general path -----------------------------------------------------------------------------------------------------

void Subflow::ReceiveAny(const wire::SegmentView& segment, Instant now) {
  if (IsRepeatedHandshake(segment, now)) return;
  if (negotiated_.timestamps && !segment.options.timestamps && !segment.flags.rst) {
    // RFC 7323 3.2 says SHOULD drop; some middleboxes strip options, and the upper layer has its own protection.
    counters_.Add(Counter::kMissingTimestamp);
    if (options_.strict_timestamps) return;
  }
  const Acceptance verdict = JudgeSegment(segment, now);
  if (verdict != Acceptance::kAccept) return Refuse(segment, verdict, now);
  if (negotiated_.timestamps && segment.options.timestamps) {
    peer_timestamps_.Take(segment.options.timestamps->value, segment.seq, last_ack_sent_, now);
  }
  NoteHeard(now);
  ProcessSegment(segment, AskUpper(segment), now);
}

// SYNs that repeat exactly what we know are no attack: our answer to them got lost.
bool Subflow::IsRepeatedHandshake(const wire::SegmentView& segment, Instant now) {
  if (!segment.flags.syn || segment.flags.rst || segment.seq != irs_) return false;
  if (state_ == State::kSynReceived && !segment.flags.ack) {
    if (!active_) AskUpper(segment);  // its options may be others than the first time (RFC 8684 3.9.3)
    syn_due_ = true;
    return true;
  }
  if (!segment.flags.ack || !active_ || segment.ack != iss_ + 1) return false;
  if (state_ == State::kSynReceived) {
    // Both SYNs crossed; this is the peer's SYN/ACK (RFC 9293 figure 7, line 6).
    const OptionVerdict verdict = AskUpper(segment);
    ProcessSegment(segment, verdict, now);
    if (verdict == OptionVerdict::kDiscard || !IsSynchronized(state_)) return true;
  }
  handshake_ack_due_ = true;
  ack_.AckNow();
  return true;
}

Acceptance Subflow::JudgeSegment(const wire::SegmentView& segment, Instant now) {
  return Judge(segment, {.rcv_nxt = RcvNxt(),
                         .window = AcceptableWindow(segment),
                         .snd_una = sender_.snd_una(),
                         .snd_nxt = sender_.snd_nxt(),
                         .max_snd_wnd = static_cast<std::uint32_t>(send_window_.max_window().count()),
                         .syn_received = state_ == State::kSynReceived,
                         .old_timestamp = negotiated_.timestamps && segment.options.timestamps &&
                                          peer_timestamps_.IsOld(segment.options.timestamps->value, now)});
}

// What was ever advertised; and when that is too little, what is free now: with a shared window, the peer may have learnt of
// the room on another subflow.
std::uint32_t Subflow::AcceptableWindow(const wire::SegmentView& segment) const {
  const SeqNum rcv_nxt = RcvNxt();
  const std::uint32_t advertised = receive_window_.Acceptable(rcv_nxt);
  if (segment.End().AtOrBefore(rcv_nxt + advertised)) return advertised;
  const Bytes room = Smaller(upper_.ReceiveWindow(), kMaxWindow);
  return std::max(advertised, static_cast<std::uint32_t>(std::max<std::int64_t>(room.count(), 0)));
}

void Subflow::Refuse(const wire::SegmentView& segment, Acceptance verdict, Instant now) {
  switch (verdict) {
    case Acceptance::kReset: return ReceiveReset(segment);
    case Acceptance::kDrop: return counters_.Add(Counter::kOutOfWindow, segment.flags.rst ? 1 : 0);
    case Acceptance::kChallenge: return ChallengeAck(now);
    case Acceptance::kAckTooNew:
    case Acceptance::kAckTooOld:
      counters_.Add(Counter::kAckInvalid);
      if (MayAnswer(segment, now)) return ChallengeAck(now);
      return counters_.Add(Counter::kChallengeAckLimited);
    case Acceptance::kAckRefused:
      counters_.Add(Counter::kAckInvalid);
      stray_reset_ = segment.ack;
      return;
    case Acceptance::kPaws: counters_.Add(Counter::kPawsDrop); return AcknowledgeUnacceptable(segment, now);
    case Acceptance::kOutside: return AcknowledgeUnacceptable(segment, now);
    case Acceptance::kAccept: return;
  }
}

// RFC 9293 3.10.7.4: "an acknowledgment should be sent in reply".
void Subflow::AcknowledgeUnacceptable(const wire::SegmentView& segment, Instant now) {
  // RFC 9293 3.10.7.4: a FIN again in TIME-WAIT means that our ACK of it got lost; wait 2 MSL from now.
  if (state_ == State::kTimeWait && segment.flags.fin) time_wait_end_ = now + time_wait_;
  if (!IsProbe(segment)) counters_.Add(Counter::kOutOfWindow);
  const std::int64_t begin = StreamOffsetOf(segment.seq);
  if (begin >= 0 && negotiated_.sack) {  // RFC 2883 4: also of what lies wholly below the window
    const auto end = static_cast<std::uint64_t>(begin) + segment.payload.size();
    reassembly_.NoteDuplicate(static_cast<std::uint64_t>(begin), std::min(end, reassembly_.edge()));
  }
  if (MayAnswer(segment, now)) ack_.AckNow();
}

// A keepalive or window probe, or an ACK of somebody whose numbers are one behind.
bool Subflow::IsProbe(const wire::SegmentView& segment) const {
  return segment.seq + 1 == RcvNxt() && segment.SequenceLength() <= 1;
}

// An ACK that answers an ACK may be answered by an ACK: two ends that disagree about a number would never be silent again. It
// takes no attack: one number too much on both sides, from a forged FIN, and every ACK looks like a keepalive probe to the other.
// What carries something is sent again by timers only.
bool Subflow::MayAnswer(const wire::SegmentView& refused, Instant now) {
  if (refused.SequenceLength() > 0) return true;
  if (now - answered_empty_ < (IsProbe(refused) ? kAnswersToProbesApart : kAnswersToEmptyApart)) return false;
  answered_empty_ = now;
  return true;
}

void Subflow::ChallengeAck(Instant now) {
  if (!challenge_acks_.Allow(now)) return counters_.Add(Counter::kChallengeAckLimited);
  counters_.Add(Counter::kChallengeAckTx);
  ack_.AckNow();
}

void Subflow::ReceiveReset(const wire::SegmentView& segment) {
  if (AskUpper(segment) == OptionVerdict::kDiscard) return;
  counters_.Add(Counter::kRstRx);
  // RFC 9293 3.10.7.4: once both sides had said goodbye, a RST is just the end.
  facts_.reset = state_ != State::kClosing && state_ != State::kLastAck && state_ != State::kTimeWait;
  EnterClosed();
}

OptionVerdict Subflow::AskUpper(const wire::SegmentView& segment) {
  return upper_.ReadOptions(segment, send_window_.Scaled(segment.window, segment.flags.syn));
}

void Subflow::NoteHeard(Instant now) {
  if (keepalive_.OnHeard(now)) facts_.keepalive_answered = true;
  unanswered_since_ = Instant::Infinite();
}

// --- an acceptable segment ------------------------------------------------------------------------------------------------

void Subflow::ProcessSegment(const wire::SegmentView& segment, OptionVerdict verdict, Instant now) {
  if (verdict == OptionVerdict::kDiscard) return;
  if (verdict == OptionVerdict::kReset) return StartReset();
  if (ecn_.OnReceived(segment.ecn, segment.flags)) counters_.Add(Counter::kEcnMarksRx);
  const bool completes_handshake = state_ == State::kSynReceived;
  if (!ProcessAck(segment, now)) return;
  if (completes_handshake) BecomeEstablished(now);
  if (verdict == OptionVerdict::kIgnorePayload && !segment.payload.empty()) return;
  ProcessPayload(segment, now);
}

// False if that was the end of the subflow.
bool Subflow::ProcessAck(const wire::SegmentView& segment, Instant now) {
  const Bytes useful = Smaller(Bytes(mss_), send_window_.max_window() / 2);
  const bool was_usable = send_window_.Usable(sender_.snd_una(), sender_.snd_nxt()) >= useful;
  const bool window_changed = segment.ack.AtOrAfter(sender_.snd_una()) &&
                              send_window_.Update(segment.seq, segment.ack, send_window_.Scaled(segment.window, segment.flags.syn));
  AckInput input{.ack = segment.ack,
                 .sack = std::span(segment.options.sack).first(segment.options.sack_count),
                 .ecn_echo = ecn_.IsEcho(segment.flags),
                 .has_payload = segment.SequenceLength() > 0,
                 .window_changed = window_changed,
                 .counts_as_duplicate = !AnnouncesSomething(segment),
                 .arrival = segment.arrival};
  if (negotiated_.timestamps && segment.options.timestamps) {
    input.timestamp_echo = segment.options.timestamps->echo_reply - timestamp_offset_;
  }
  const AckOutcome outcome = sender_.OnAck(input, now);
  facts_.ack_advanced |= outcome.advanced || outcome.sacked_new;
  facts_.loss_marked |= outcome.loss_marked;
  if (outcome.ecn_reduced) ecn_.OnWindowReduced();
  if (outcome.first_attempt) ecn_.OnFirstAttemptDelivered();
  TakeMtuProbeFate(now);
  path_mtu_.MaybeRaise(now);  // here as well as on deadlines: a steady flow may have none
  const Bytes usable = send_window_.Usable(sender_.snd_una(), sender_.snd_nxt());
  facts_.window_opened |= !was_usable && usable > Bytes() && usable >= Smaller(Bytes(mss_), send_window_.max_window() / 2);
  if (outcome.fin_acked) ProcessFinAcknowledged(now);
  return state_ != State::kClosed;
}

void Subflow::ProcessFinAcknowledged(Instant now) {
  facts_.fin_acknowledged = true;
  switch (state_) {
    case State::kFinWait1: SetState(State::kFinWait2); break;
    case State::kClosing: EnterTimeWait(now); break;
    case State::kLastAck: EnterClosed(); break;
    default: break;
  }
}

// Negative before the first payload byte. Meaningful within half the sequence space of RCV.NXT.
std::int64_t Subflow::StreamOffsetOf(SeqNum seq) const {
  const auto ahead = static_cast<std::int32_t>(seq.DistanceFrom(RcvNxt()));
  return static_cast<std::int64_t>(reassembly_.edge()) + (fin_received_ ? 1 : 0) + ahead;
}

void Subflow::ProcessPayload(const wire::SegmentView& segment, Instant now) {
  if (segment.flags.syn || segment.SequenceLength() == 0) return;
  // Behind the peer's FIN there is nothing to take (RFC 9293 3.10.7.4, seventh); it seems to have missed an ACK.
  if (!CanReceive(state_)) return ack_.AckNow();
  const std::int64_t begin = StreamOffsetOf(segment.seq);
  const std::int64_t end = begin + static_cast<std::int64_t>(segment.payload.size());
  std::uint64_t limit = reassembly_.edge() + AcceptableWindow(segment);
  if (peer_fin_) limit = std::min(limit, *peer_fin_);
  const std::int64_t first = std::max<std::int64_t>(begin, 0);
  const std::int64_t last = std::min(end, static_cast<std::int64_t>(limit));
  Reassembly::Outcome outcome;
  if (first < last) {
    outcome = reassembly_.Add(static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last),
                              [&](std::uint64_t from, std::uint64_t to) {
                                const auto skipped = static_cast<std::size_t>(static_cast<std::int64_t>(from) - begin);
                                return upper_.OnPayload(from, segment.payload.subspan(skipped, to - from));
                              });
    if (outcome.stopped) return StartReset();
  }
  if (outcome.in_order && !outcome.duplicate && last == end) {
    ack_.OnInOrder(static_cast<std::uint32_t>(outcome.fresh), segment.gso_size, sender_.rto(), now);
  } else {
    ack_.AckNow();  // RFC 5681 4.2: out of order, a hole filled, a duplicate, beyond the window
  }
  // A FIN without payload takes no room: it counts even at the edge of a shut window.
  const bool reached = last == end || segment.payload.empty();
  if (segment.flags.fin && reached && !peer_fin_ && end >= static_cast<std::int64_t>(reassembly_.edge())) {
    peer_fin_ = static_cast<std::uint64_t>(end);
  }
  if (peer_fin_ && reassembly_.edge() == *peer_fin_) ProcessPeerFin(now);
}

void Subflow::ProcessPeerFin(Instant now) {
  fin_received_ = true;
  facts_.peer_fin = true;
  ack_.AckNow();
  switch (state_) {
    case State::kEstablished: SetState(State::kCloseWait); break;
    case State::kFinWait1: SetState(State::kClosing); break;
    case State::kFinWait2: EnterTimeWait(now); break;
    default: break;
  }
}

}  // namespace mptcpp::tcp
