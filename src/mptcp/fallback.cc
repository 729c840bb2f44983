// SPDX-License-Identifier: Apache-2.0
// The way back to TCP (RFC 8684 3.7): at the handshake, and later by an infinite mapping. After it there is one subflow, its
// sequence numbers and the data's run in parallel, its FIN is the connection's, and no option of kind 30 is sent or read.
#include "mptcp/core.h"

namespace mptcpp::core {

void Core::LeaveMultipath(Mode next, FallbackReason reason) {
  mode = next;
  if (fallback == FallbackReason::kNone) fallback = reason;
  snd_right = UINT64_MAX;  // the subflow's own window is the only one left
  data_timer = Instant::Infinite();
  reinjections.Clear();
  copies.Clear();
  announcer.Stop();
  ReleaseToken();
  if (counted_established) {
    host.counters().Subtract(Counter::kMPCurrEstab);
    counted_established = false;
  }
  if (reason != FallbackReason::kNotRequested) Report(EventKind::kFallback);
}

void Core::FallBackAtHandshake(SubflowEntry& entry, FallbackReason reason) {
  LeaveMultipath(Mode::kPlainTcp, reason);
  checksum = false;
  entry.BecomePlain();
}

// Whether the joins under way count. Those on which neither side may have sent data yet need not stand in the way of a fallback,
// and end with it; if the peer falls back, it has not sent on any of them.
bool Core::IsAlone(const SubflowEntry& entry, Joins joins) const {
  bool alone = true;
  ForEach([&](const SubflowEntry& other) {
    if (&other == &entry) return;
    const bool unused = !other.ready && (joins == Joins::kPeerUsesNone || other.join.state() != Join::State::kPreEstablished);
    alone &= joins != Joins::kCount && unused;
  });
  return alone;
}

void Core::AbandonJoins(const SubflowEntry& besides, Instant now) {
  ForEach([&](SubflowEntry& other) {
    if (&other != &besides) ResetSubflow(other, {.reason = wire::ResetReason::kMptcpError}, now);
  });
}

// Only if this subflow is alone and what is not Data-ACKed ran over it once, in order and whole: otherwise its stream and the
// connection's cannot be the same. Nor if our FIN of the subflow is on its way and the application is not at its end: as the
// connection's FIN it would be a lie, and what is still to be written could never leave.
bool Core::CanFallBack(const SubflowEntry& entry, Joins joins) const {
  if (!IsMultipath() || !IsAlone(entry, joins) || receive.out_of_order() > Bytes()) return false;
  if (entry.close_called && (close.CanWrite() || !AllSent())) return false;
  const std::uint64_t una = send.una();
  return una == snd_nxt || (entry.run_end == snd_nxt && una >= entry.run_start && una >= entry.repeated_end);
}

void Core::FallBackLater(SubflowEntry& entry, FallbackReason reason, Joins joins, Instant now) {
  if (!CanFallBack(entry, joins)) {
    Count(Counter::kFallbackFailed);
    ResetSubflow(entry, {.reason = wire::ResetReason::kMiddlebox}, now);
    return;
  }
  const std::uint64_t acked_here = AnchorInfinite(entry);
  LeaveMultipath(Mode::kInfiniteMapping, reason);
  AbandonJoins(entry, now);
  entry.ContinuePlain();
  if (acked_here > send.una()) OnDataAcknowledged(acked_here);
  if (close.FinUnacknowledged() && AllSent()) CloseSubflows(now);
}

// The first data came bare: what the peer sends is plain TCP. What was sent to it was mapped, so it has to be told as well.
void Core::FallBackOnBareData(SubflowEntry& entry) {
  const std::uint64_t acked_here = entry.tcp.stream_offset_sent() > 0 ? AnchorInfinite(entry) : 0;
  LeaveMultipath(Mode::kPlainTcp, FallbackReason::kFirstDataWithoutMapping);
  AbandonJoins(entry, clock);
  entry.BecomePlain();
  if (acked_here > send.una()) OnDataAcknowledged(acked_here);
}

// The infinite mapping is anchored where the peer is known to have intact data, which is what it Data-ACKed; from there on the
// subflow carried the stream in order. Returns the offset up to which the subflow's own ACKs reach; after the fallback no others
// count.
std::uint64_t Core::AnchorInfinite(SubflowEntry& entry) const {
  const std::uint64_t outstanding = snd_nxt - send.una();
  const std::uint64_t unacknowledged = entry.tcp.stream_offset_sent() - entry.out.acknowledged();
  entry.infinite_pending = true;
  entry.infinite_data = send.una();
  entry.infinite_stream = entry.tcp.stream_offset_sent() - outstanding;
  return unacknowledged < outstanding ? snd_nxt - unacknowledged : send.una();
}

void Core::OnInfiniteMapping(SubflowEntry& entry) {
  Count(Counter::kInfiniteMapRx);
  entry.infinite_received = true;
}

void Core::SettleFallback(SubflowEntry& entry, Instant now) {
  if (entry.acked_without_data_ack) {
    entry.acked_without_data_ack = false;
    if (IsMultipath() && !entry.proven && entry.IsFirst() && IsAlone(entry, Joins::kUnused)) {
      Count(Counter::kDssFallback);
      FallBackLater(entry, FallbackReason::kNoDataAck, Joins::kUnused, now);
    } else if (IsMultipath() && !entry.proven) {
      ResetSubflow(entry, {.reason = wire::ResetReason::kMiddlebox}, now);
    }
  }
  if (entry.infinite_received) {
    entry.infinite_received = false;
    const FallbackReason reason = entry.fail_said ? FallbackReason::kChecksum : FallbackReason::kInfiniteMappingReceived;
    if (IsMultipath()) FallBackLater(entry, reason, Joins::kPeerUsesNone, now);
  }
  if (entry.peer_reported_failure) {
    entry.peer_reported_failure = false;
    if (!IsMultipath()) return;
    const bool we_said_so = entry.fail_said;
    FallBackLater(entry, we_said_so ? FallbackReason::kChecksum : FallbackReason::kPeerReportedFailure, Joins::kPeerUsesNone, now);
    if (!IsMultipath() && !we_said_so) {
      entry.fail_pending = receive.next();  // the reverse direction falls back, too
      entry.fail_said = true;
      entry.tcp.RequestAck();
    }
  }
}

void Core::OnBadMapping(SubflowEntry& entry, Instant now) {
  const MapVerdict verdict = *entry.bad_mapping;
  entry.bad_mapping.reset();
  if (!IsMultipath()) return;
  switch (verdict) {
    case MapVerdict::kOk:
    case MapVerdict::kConflict: return;  // its segment was answered by RST
    case MapVerdict::kTooMuchUnmapped:
      Count(Counter::kDSSNoMatchTCP);
      ResetSubflow(entry, {.reason = wire::ResetReason::kMiddlebox}, now);
      return;
    case MapVerdict::kBadChecksum: break;
  }
  Count(Counter::kDataCsumErr);
  ForgetPeerFin();
  entry.fail_pending = entry.in.failed()->data_offset;
  entry.fail_said = true;
  // A join that succeeds brings the bytes as they were sent, which is better than the changed ones: it counts.
  if (CanFallBack(entry, Joins::kCount) && receive.next() == entry.in.failed()->data_offset) {
    Count(Counter::kDSSCorruptionFallback);
    entry.tcp.RequestAck();
    return;
  }
  Count(Counter::kDSSCorruptionReset);
  ResetSubflow(entry, {.reason = wire::ResetReason::kMiddlebox}, now);
}

}  // namespace mptcpp::core
