// SPDX-License-Identifier: Apache-2.0
// The life of a subflow: opening, closing, states. What arrives: subflow_receive.cc, what leaves: subflow_transmit.cc,
// what time does: subflow_timers.cc.
#include "tcp/subflow.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "tcp/header_builder.h"

namespace mptcpp::tcp {
namespace {

// However many option bytes there are, a segment carries some data.
constexpr std::uint32_t kSmallestPayload = 32;

}  // namespace

Subflow::Subflow(const SubflowConfig& config, Upper& upper)
    : options_(config.options),
      counters_(config.counters),
      challenge_acks_(config.challenge_acks),
      upper_(upper),
      tuple_(config.tuple),
      iss_(config.initial_sequence),
      timestamp_offset_(config.timestamp_offset),
      fast_path_(config.fast_path),
      sender_(config.options, config.counters, config.congestion, config.group, config.initial_sequence, upper),
      ack_(config.options.delayed_ack),
      ecn_(config.options.ecn, config.options.answer_ecn),
      path_mtu_(config.options, config.tuple.remote.address.IsV6()),
      keepalive_(config.options),
      syn_options_(OfferFor(config.options, path_mtu_.offered_mss(), config.largest_receive_window)),
      time_wait_(config.options.time_wait) {}

Subflow::~Subflow() = default;

void Subflow::SetState(State next) {
  MPTCPP_CHECK(IsAllowed(state_, next));
  state_ = next;
}

// RCV.NXT: the SYN, the payload in sequence, the FIN.
SeqNum Subflow::RcvNxt() const { return irs_ + 1 + static_cast<std::uint32_t>(reassembly_.edge()) + (fin_received_ ? 1u : 0u); }

// --- opening ---------------------------------------------------------------------------------------------------------------

void Subflow::OpenActive(Instant now, const FastOpenOffer& fast_open) {
  active_ = true;
  fast_open_offer_ = fast_open;
  syn_due_ = true;
  negotiated_.peer_mss = DefaultMss(IsV6());
  keepalive_.OnHeard(now);
  SetState(State::kSynSent);
}

void Subflow::OpenPassive(const wire::SegmentView& syn, Instant now, const FastOpenAnswer& fast_open) {
  fast_open_answer_ = fast_open;
  ecn_.OnSyn(syn.flags);
  TakePeerSyn(syn, now);
  ++segments_received_;
  syn_due_ = true;
  SetState(State::kSynReceived);
  if (fast_open.accepted) TakeSynPayload(syn);
}

void Subflow::AssumeSynAckSent(Instant now) {
  syn_due_ = false;
  sender_.OnSynSentUnseen(now);
}

// A FIN beside it is not taken: it comes again.
void Subflow::TakeSynPayload(const wire::SegmentView& syn) {
  const auto room = static_cast<std::size_t>(std::max<std::int64_t>(upper_.ReceiveWindow().count(), 0));
  const auto payload = syn.payload.first(std::min(syn.payload.size(), room));
  if (!payload.empty() && upper_.OnPayload(0, payload)) reassembly_.Advance(payload.size());
  last_ack_sent_ = RcvNxt();
  receive_window_.Start(RcvNxt());
}

void Subflow::TakePeerSyn(const wire::SegmentView& syn, Instant now) {
  irs_ = syn.seq;
  last_ack_sent_ = RcvNxt();
  negotiated_ = Negotiate(syn_options_, syn.options, IsV6());
  syn_options_ = Answer(syn_options_, negotiated_);
  path_mtu_.LimitTo(negotiated_.peer_mss);
  if (negotiated_.timestamps) peer_timestamps_.Start(syn.options.timestamps->value, now);
  send_window_.SetShift(negotiated_.send_shift);
  send_window_.Start(syn.seq, syn.flags.ack ? syn.ack : iss_, send_window_.Scaled(syn.window, true));
  receive_window_.SetShift(negotiated_.receive_shift);
  receive_window_.Start(RcvNxt());
  sender_.SetSackPermitted(negotiated_.sack);
  sender_.SetTimestamps(negotiated_.timestamps);
  RefreshMss();
  NoteHeard(now);
}

void Subflow::BecomeEstablished(Instant now) {
  SetState(State::kEstablished);
  facts_.established = true;
  syn_due_ = false;
  RefreshMss();
  if (close_requested_) Close(now);
}

// --- closing ---------------------------------------------------------------------------------------------------------------

void Subflow::Close(Instant) {
  switch (state_) {
    case State::kSynSent: EnterClosed(); break;
    case State::kSynReceived: close_requested_ = true; break;
    case State::kEstablished:
      SetState(State::kFinWait1);
      StartClosing();
      break;
    case State::kCloseWait:
      SetState(State::kLastAck);
      StartClosing();
      break;
    default: break;
  }
}

void Subflow::StartClosing() {
  fin_due_ = true;
  upper_blocked_ = false;
}

void Subflow::Abort(Instant) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kSynSent || state_ == State::kTimeWait) {
    EnterClosed();
  } else {
    StartReset();
  }
}

void Subflow::StartReset() { reset_due_ = true; }

void Subflow::Forget() {
  if (state_ != State::kClosed) EnterClosed();
}

void Subflow::EnterClosed() {
  SetState(State::kClosed);
  facts_.closed = true;
  syn_due_ = fin_due_ = reset_due_ = probe_due_ = handshake_ack_due_ = upper_blocked_ = false;
  stray_reset_.reset();
  persist_.Stop();
}

void Subflow::EnterTimeWait(Instant now) {
  SetState(State::kTimeWait);
  time_wait_end_ = now + time_wait_;
  persist_.Stop();
}

void Subflow::ShortenTimeWait(Duration remaining, Instant now) {
  time_wait_ = Shorter(time_wait_, remaining);
  if (state_ == State::kTimeWait) time_wait_end_ = Sooner(time_wait_end_, now + remaining);
}

bool Subflow::GivesWayTo(const wire::SegmentView& syn) const {
  if (state_ != State::kTimeWait || !syn.flags.syn || syn.flags.ack || syn.flags.rst) return false;
  if (negotiated_.timestamps && syn.options.timestamps) {
    const std::uint32_t newer_by = syn.options.timestamps->value - peer_timestamps_.recent();
    if (newer_by != 0) return static_cast<std::int32_t>(newer_by) > 0;
  }
  return syn.seq.After(RcvNxt());
}

// --- knowing ---------------------------------------------------------------------------------------------------------------

std::uint32_t Subflow::effective_mss() const { return PayloadOf(std::min(negotiated_.peer_mss, path_mtu_.mss())); }

// What a segment of this size (an MSS without options, RFC 6691) has room for.
std::uint32_t Subflow::PayloadOf(std::uint32_t segment) const {
  const std::uint32_t timestamps = negotiated_.timestamps ? kTimestampBytes : 0;
  const std::uint32_t upper = static_cast<std::uint32_t>((upper_.DataOptionBytes() + 3) / 4 * 4);
  return segment > timestamps + upper + kSmallestPayload ? segment - timestamps - upper : kSmallestPayload;
}

void Subflow::RefreshMss() {
  const std::uint32_t mss = effective_mss();
  if (mss == mss_) return;
  mss_ = mss;
  sender_.SetMss(mss);
}

Facts Subflow::TakeFacts() { return std::exchange(facts_, Facts{}); }

void Subflow::FillInfo(SubflowInfo& info) const {
  sender_.FillInfo(info);
  info.tuple = tuple_;
  info.tcp_state = ToString(state_);
  info.mss = effective_mss();
  info.path_mtu = path_mtu_.mtu();
  info.mtu_probes = path_mtu_.probes();
  info.mtu_probes_lost = path_mtu_.probes_lost();
  info.mtu_searching = path_mtu_.IsSearching();
  info.ecn = ecn_.in_use();
  info.peer_window = peer_window();
  info.bytes_received = reassembly_.edge();
  info.segments_sent = segments_sent_;
  info.segments_received = segments_received_;
}

const char* Subflow::Inconsistency() const {
  if (const char* broken = sender_.Inconsistency()) return broken;
  if (const char* broken = reassembly_.Inconsistency()) return broken;
  if (fin_received_ && (!peer_fin_ || reassembly_.edge() != *peer_fin_)) return "FIN taken before the data in front of it";
  switch (state_) {
    case State::kClosed: return reset_due_ || fin_due_ ? "CLOSED, but something is still to be sent" : nullptr;
    case State::kSynSent:
    case State::kSynReceived:
      if (!IsFastOpen() && (reassembly_.edge() != 0 || stream_offset_sent() != 0)) return "data before ESTABLISHED";
      return syn_due_ || SynSent() ? nullptr : "handshake without a SYN";
    case State::kEstablished: return fin_due_ || fin_received_ ? "ESTABLISHED with a FIN" : nullptr;
    case State::kFinWait1: return fin_received_ ? "FIN-WAIT-1 with the peer's FIN" : nullptr;
    case State::kFinWait2: return fin_received_ || fin_due_ ? "FIN-WAIT-2 with a FIN open" : nullptr;
    case State::kCloseWait: return fin_due_ || !fin_received_ ? "CLOSE-WAIT without the peer's FIN or with ours" : nullptr;
    case State::kClosing:
    case State::kLastAck: return fin_received_ ? nullptr : "closing without the peer's FIN";
    case State::kTimeWait:
      if (sender_.HasOutstanding()) return "TIME-WAIT with something unacknowledged";
      return time_wait_end_.IsInfinite() ? "TIME-WAIT without an end" : nullptr;
  }
  return nullptr;
}

}  // namespace mptcpp::tcp
