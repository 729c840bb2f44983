// SPDX-License-Identifier: Apache-2.0
// What leaves. Every function here builds one packet of one kind; Build() is the one place where a header is made and where
// the acknowledgment that it carries is noted.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "tcp/header_builder.h"
#include "tcp/subflow.h"

namespace mptcpp::tcp {

// --- how much -------------------------------------------------------------------------------------------------------------

Bytes Subflow::Sendable(Bytes allowance) const {
  if (!MaySend() || reset_due_) return Bytes();
  return Smaller(allowance, send_window_.Usable(sender_.snd_una(), sender_.snd_nxt()));
}

Bytes Subflow::SendSpace(Instant now) const {
  const Bytes space = Sendable(sender_.NewDataAllowance(now));
  const Bytes mss(effective_mss());
  // Less than a full segment waits for the ACK of what is outstanding (sender SWS avoidance, RFC 9293 3.8.6.2.1).
  if (space < mss) return sender_.HasOutstanding() ? Bytes() : space;
  return mss * (Smaller(space, Bytes(kMaxSuperSegment)) / mss);
}

Bytes Subflow::WindowSpace() const { return Sendable(sender_.WindowAllowance()); }

bool Subflow::WantsProbeData() const {
  // Even a probe respects the peer's window.
  return sender_.WantsProbeData() && Sendable(Bytes(effective_mss())) == Bytes(effective_mss());
}

std::uint32_t Subflow::MtuProbeBytes(Instant now) const {
  const std::uint32_t segment = path_mtu_.ProbeMss(now);
  if (segment == 0) return 0;
  const std::uint32_t bytes = PayloadOf(segment);
  return sender_.MayProbeMtu(bytes) && Sendable(sender_.NewDataAllowance(now)) >= Bytes(bytes) ? bytes : 0;
}

void Subflow::SetDataWaiting(bool waiting) {
  sender_.SetDataWaiting(waiting);
  if (!waiting) sender_.OnApplicationLimited();
}

void Subflow::RequestAck() { ack_.Request(); }

void Subflow::OnReceiveWindowGrew(Instant) {
  if (!CanReceive(state_)) return;
  if (receive_window_.UpdateDue(RcvNxt(), upper_.ReceiveWindow(), ack_.peer_segment())) ack_.AckNow();
}

void Subflow::SetWindowBlocked(bool blocked, Instant now) {
  upper_blocked_ = blocked && CanSend(state_);
  if (upper_blocked_) {
    persist_.Block(sender_.rto(), now);
  } else {
    persist_.Stop();
    unanswered_since_ = Instant::Infinite();
  }
}

// --- one packet -----------------------------------------------------------------------------------------------------------

bool Subflow::TransmitUrgent(TxPacket& out, Instant now) {
  if (stray_reset_) {
    TransmitStrayReset(out);
    return true;
  }
  if (state_ == State::kClosed) return false;
  if (reset_due_) {
    TransmitReset(out, now);
    return true;
  }
  if (syn_due_) {
    TransmitSyn(out, now);
    return true;
  }
  if (TransmitRetransmission(out, now)) return true;
  if (fin_due_ && TransmitFin(out, now)) return true;
  if (!probe_due_) return false;
  TransmitProbe(out, now);
  return true;
}

void Subflow::TransmitNew(PayloadRange range, bool push, TxPacket& out, Instant now) {
  MPTCPP_DCHECK(MaySend() && !reset_due_ && range.length > 0 && range.length <= kMaxSuperSegment);
  RefreshMss();
  const bool mtu_probe = range.length > mss_ && range.length == MtuProbeBytes(now);
  Begin(out);
  if (mtu_probe) out.segment_size = static_cast<std::uint16_t>(range.length);
  upper_.FillPayload(range, out);
  MPTCPP_CHECK(out.payload_length == range.length);
  OutgoingSegment segment{.flags = {.psh = push, .ack = true},
                          .seq = sender_.snd_nxt(),
                          .stream_offset = sender_.stream_offset_sent(),
                          .payload = range};
  out.ecn = ecn_.OnNewData(segment.flags);
  Build(segment, out, now);
  handshake_ack_due_ = false;
  sender_.OnSentNew(range, false, false, push, now, mtu_probe);
  if (mtu_probe) path_mtu_.OnProbeSent();
}

bool Subflow::TransmitAck(TxPacket& out, Instant now) {
  if (!CanAcknowledge() || !ack_.Due(now)) return false;
  Begin(out);
  Build({.flags = {.ack = true},
         .seq = sender_.snd_nxt(),
         .stream_offset = sender_.stream_offset_sent(),
         .handshake_ack = handshake_ack_due_},
        out, now);
  handshake_ack_due_ = false;
  return true;
}

// RFC 9293 3.10.7.3: <SEQ=SEG.ACK><CTL=RST>, outside of the connection: no options, no state.
void Subflow::TransmitStrayReset(TxPacket& out) {
  Begin(out);
  out.source = tuple_.local.address;
  out.destination = tuple_.remote.address;
  wire::WriteHeader({.source_port = tuple_.local.port,
                     .destination_port = tuple_.remote.port,
                     .seq = *stray_reset_,
                     .ack = SeqNum(),
                     .flags = {.rst = true},
                     .window = 0},
                    {}, out);
  stray_reset_.reset();
  ++segments_sent_;
  counters_.Add(Counter::kRstTx);
}

void Subflow::TransmitReset(TxPacket& out, Instant now) {
  Begin(out);
  Build({.flags = {.rst = true, .ack = true}, .seq = sender_.snd_nxt(), .stream_offset = sender_.stream_offset_sent()}, out, now);
  counters_.Add(Counter::kRstTx);
  EnterClosed();
}

void Subflow::TransmitSyn(TxPacket& out, Instant now) {
  const bool repeated = SynSent();
  OutgoingSegment segment{.flags = {.syn = true, .ack = state_ == State::kSynReceived}, .seq = iss_, .retransmission = repeated};
  if (segment.flags.ack) {
    ecn_.DecorateSynAck(segment.flags);
  } else {
    ecn_.DecorateSyn(segment.flags, repeated);
  }
  Begin(out);
  syn_repeated_ |= repeated;
  if (!repeated) {
    syn_sent_ = now;
    if (!segment.flags.ack) AddSynPayload(out);
  }
  Build(segment, out, now);
  syn_due_ = false;
  if (repeated) {
    sender_.OnRetransmitted({.seq = iss_, .syn = true, .retransmission = true}, now);
  } else {
    sender_.OnSentNew({}, true, false, false, now);
  }
}

// RFC 7413 4.1.3: no more than the server is known to take in one segment, with all of its options.
void Subflow::AddSynPayload(TxPacket& out) {
  if (!fast_open_offer_.enabled || fast_open_offer_.cookie.empty()) return;
  const std::uint32_t known = fast_open_offer_.peer_mss != 0 ? fast_open_offer_.peer_mss : DefaultMss(IsV6());
  const std::uint32_t mss = std::min(std::max(known, kSmallestPeerMss), path_mtu_.mss());
  const std::uint32_t most = mss - static_cast<std::uint32_t>(wire::kMaxOptionBytes);
  const std::uint32_t wanted = upper_.SynPayload(most);
  if (wanted == 0) return;
  upper_.FillSynPayload(wanted, out);
  syn_payload_ = out.payload_length;
  out.segment_size = static_cast<std::uint16_t>(syn_payload_);
}

// Once only: a SYN that is repeated was perhaps dropped because of it (RFC 7413 4.1.3.1). A cookie without data to go with it
// gains nothing.
const wire::FastOpenCookie* Subflow::FastOpenOption(const OutgoingSegment& segment) const {
  if (!segment.flags.syn) return nullptr;
  if (segment.flags.ack) return active_ || fast_open_answer_.cookie.empty() ? nullptr : &fast_open_answer_.cookie;
  const bool useful = fast_open_offer_.cookie.empty() || syn_payload_ > 0;
  return fast_open_offer_.enabled && !syn_repeated_ && useful ? &fast_open_offer_.cookie : nullptr;
}

bool Subflow::TransmitRetransmission(TxPacket& out, Instant now) {
  RefreshMss();
  std::optional<SendOrder> order = sender_.NextRetransmission(kMaxSuperSegment / mss_ * mss_, now);
  if (!order) return false;
  if (order->syn) {
    TransmitSyn(out, now);
    return true;
  }
  Begin(out);
  if (order->payload.length > 0) {
    upper_.FillPayload(order->payload, out);
    if (out.payload_length < order->payload.length) {  // more slices than a packet can name: the rest goes next time
      order->payload.length = out.payload_length;
      order->fin = order->push = false;
    }
  }
  Build({.flags = {.fin = order->fin, .psh = order->push, .ack = true},
         .seq = order->seq,
         .stream_offset = order->stream_offset,
         .payload = order->payload,
         .retransmission = true},
        out, now);
  sender_.OnRetransmitted(*order, now);
  return true;
}

// The FIN uses one number of the peer's window. If that is shut, it waits a little, and is then itself the octet that probes the
// window (RFC 9293 3.8.6.1): a peer that has finished with this subflow may never open it again.
bool Subflow::TransmitFin(TxPacket& out, Instant now) {
  if (!fin_probes_ && send_window_.Usable(sender_.snd_una(), sender_.snd_nxt()) < Bytes(1)) {
    persist_.Block(sender_.rto(), now);
    return false;
  }
  Begin(out);
  Build({.flags = {.fin = true, .ack = true}, .seq = sender_.snd_nxt(), .stream_offset = sender_.stream_offset_sent()}, out, now);
  sender_.OnSentNew({}, false, true, false, now);
  fin_due_ = false;
  persist_.Stop();
  return true;
}

// A number below the peer's RCV.NXT makes it acknowledge (RFC 9293 3.8.4; for a shut window it serves as well).
void Subflow::TransmitProbe(TxPacket& out, Instant now) {
  Begin(out);
  Build({.flags = {.ack = true}, .seq = sender_.snd_una() - 1, .stream_offset = sender_.stream_offset_acked(), .probe = true}, out,
        now);
  probe_due_ = false;
}

// --- the header -----------------------------------------------------------------------------------------------------------

void Subflow::Begin(TxPacket& out) const {
  out.slice_count = 0;
  out.payload_length = 0;
  out.ecn = Ecn::kNotEct;
  out.segment_size = static_cast<std::uint16_t>(std::min<std::uint32_t>(effective_mss(), UINT16_MAX));
}

wire::Timestamps Subflow::OwnTimestamps(bool with_echo, Instant now) const {
  return {.value = TimestampAt(now) + timestamp_offset_, .echo_reply = with_echo ? peer_timestamps_.recent() : 0};
}

void Subflow::Build(const OutgoingSegment& segment, TxPacket& out, Instant now) {
  OutgoingSegment decorated = segment;
  const wire::TcpFlags& flags = segment.flags;
  const bool ordinary = !flags.syn && !flags.rst;
  if (ordinary) ecn_.Decorate(decorated.flags);
  HeaderInput input{.tuple = tuple_, .segment = decorated};
  if (flags.syn) {
    input.syn = &syn_options_;
    input.fast_open = FastOpenOption(segment);
  } else if (negotiated_.timestamps) {
    input.timestamps = OwnTimestamps(true, now);
  }
  if (flags.ack) input.ack = RcvNxt();
  if (flags.ack && !flags.rst) {
    input.window = receive_window_.Advertise(RcvNxt(), upper_.ReceiveWindow(), ack_.peer_segment(), flags.syn);
  } else if (flags.syn) {
    input.window = static_cast<std::uint16_t>(std::clamp<std::int64_t>(upper_.ReceiveWindow().count(), 0, UINT16_MAX));
  }
  // SACK blocks only where they take no room from payload, whose size is counted without them.
  std::array<wire::SackBlock, 4> blocks;
  const bool has_blocks = ordinary && negotiated_.sack && reassembly_.HasBlocks();
  if (has_blocks && out.payload_length == 0) {
    input.sack = std::span(blocks).first(reassembly_.WriteBlocks(blocks, irs_ + 1));
  }
  const std::size_t reported = BuildHeader(input, OwnTimestamps(flags.ack, now), upper_, out);
  if (reported > 0) reassembly_.OnBlocksSent();
  segments_sent_ += SegmentsIn(out.payload_length, out.segment_size);
  if (!flags.ack) return;
  last_ack_sent_ = RcvNxt();
  const bool pure = ordinary && out.payload_length == 0 && !flags.fin;
  // Blocks that found no place beside payload still have to go, in an ACK of their own.
  if (pure || !has_blocks) ack_.OnAckSent(pure);
}

}  // namespace mptcpp::tcp
