// SPDX-License-Identifier: Apache-2.0
// What the MPTCP options of a received segment mean. TCP's own checks have passed (RFC 8684 3: they come first). Nothing here
// calls back into the TCP: consequences for the subflow are noted, and Settle() carries them out.
#include <algorithm>

#include "mptcp/core.h"
#include "wire/mptcp_v0_prio.h"

namespace mptcpp::core {

using tcp::OptionVerdict;
using wire::MptcpSubtype;
using wire::ResetReason;

// Before the third ACK of a join goes again (RFC 8684 3.2); the most is TCP's own first timeout (RFC 6298 2.1).
static constexpr Duration kLeastThirdAckRepeat = Duration::Millis(200);
static constexpr Duration kMostThirdAckRepeat = Duration::Seconds(1);

bool SubflowEntry::ResetFor(ResetReason reason, bool transient) {
  if (!reset_option) reset_option = wire::MpTcpRst{.transient = transient, .reason = reason};
  return false;
}

OptionVerdict SubflowEntry::ReadOptions(const wire::SegmentView& segment, Bytes window) {
  const OptionVerdict verdict = ReadAll(segment, window);
  const bool drop = verdict == OptionVerdict::kOk && !segment.payload.empty() && core.host.MemoryIsShort() &&
                    tcp.IsEstablished() && !IsNextInOrder(segment);
  if (!drop) return verdict;
  core.Count(Counter::kTCPOFODrop);
  want_ack = true;
  return OptionVerdict::kIgnorePayload;
}

OptionVerdict SubflowEntry::ReadAll(const wire::SegmentView& segment, Bytes window) {
  segment_had_data_ack = false;
  segment_excused = false;
  if (role == Role::kFirstActive && segment.flags.syn && segment.flags.ack) core.LearnFromSynAck(*this, segment);
  if (core.IsPlain()) return OptionVerdict::kOk;
  if (segment.flags.rst) {
    ReadRst(segment);
    return OptionVerdict::kOk;
  }
  if (segment.flags.syn) return ReadSyn(segment, window);
  if (OvertookKeys(segment)) return OptionVerdict::kDiscard;
  if (!FinishHandshake(segment, window)) return OptionVerdict::kReset;
  if (core.IsPlain()) return OptionVerdict::kOk;
  for (std::size_t i = 0; i < segment.mptcp_count; ++i) {
    if (!ReadOption(segment.mptcp[i], window)) return OptionVerdict::kReset;
  }
  if (!segment.payload.empty()) core.flowing = !segment.flags.psh;
  return OptionVerdict::kOk;
}

// Nothing new is in it, or the byte that the application waits for: the only kind of new data that frees memory soon.
bool SubflowEntry::IsNextInOrder(const wire::SegmentView& segment) const {
  const std::uint64_t expected = tcp.stream_offset_received();
  const SeqNum next = tcp.initial_receive_sequence() + 1 + static_cast<std::uint32_t>(expected);
  if (segment.seq.After(next)) return false;
  return segment.End().AtOrBefore(next) || in.is_infinite() || in.DataOffsetOf(expected) == core.receive.next();
}

OptionVerdict SubflowEntry::ReadSyn(const wire::SegmentView& segment, Bytes window) {
  if (!IsActive()) {
    // The SYN that the stack has read, again. Without the option: the client believes that the path eats it, so the SYN/ACK goes
    // without, too. Which of the two it took is seen in the third packet (RFC 8684 3.1).
    peer_syn_bare = role == Role::kFirstPassive && !FindCapable(segment);
    return OptionVerdict::kOk;
  }
  if (role == Role::kJoinActive) return ReadJoinSynAck(segment);
  if (core.mode != Mode::kNegotiating) return OptionVerdict::kOk;
  if (!segment.flags.ack) {
    core.Count(Counter::kSimultConnectFallback);
    core.FallBackAtHandshake(*this, FallbackReason::kSimultaneousOpen);
    return OptionVerdict::kOk;
  }
  return ReadCapableSynAck(segment, window);
}

OptionVerdict SubflowEntry::ReadCapableSynAck(const wire::SegmentView& segment, Bytes window) {
  const Negotiated negotiated = OnCapableSynAck(*core.dialect, FindCapable(segment), core.options);
  if (!negotiated.multipath) {
    if (!syn_without_option && core.TryOtherVersion(negotiated.reason)) return OptionVerdict::kReset;
    core.Count(Counter::kMPCapableFallbackSYNACK);
    core.FallBackAtHandshake(*this, syn_without_option ? FallbackReason::kSynTimeout : negotiated.reason);
    return OptionVerdict::kOk;
  }
  core.Count(Counter::kMPCapableSYNACKRX);
  core.LearnPeerKey(negotiated.peer_key);
  core.checksum = negotiated.checksum;
  core.peer_denies_join = negotiated.peer_denies_join;
  core.mode = Mode::kMultipath;
  core.snd_right = static_cast<std::uint64_t>(window.count());
  core.key_confirmed = core.third_ack_owed = core.dialect->keys_in_syn;
  return OptionVerdict::kOk;
}

// Both hosts join the same two sockets at once, as when both have lost the only subflow at the same time; RFC 8684 3.2 has no form for
// that. The client's SYN counts: the server's attempt gives way to it, and the client does not hear the server's.
bool SubflowEntry::CrossesJoin(const wire::SegmentView& syn) const {
  if (role != Role::kJoinActive || tcp.state() != tcp::State::kSynSent || syn.flags.ack) return false;
  const auto option = wire::ParseMpJoinSyn(FindJoin(syn));
  return option && option->receiver_token == core.local_token;
}

bool SubflowEntry::GivesWayToJoin(const wire::SegmentView& syn) const { return !core.is_client && CrossesJoin(syn); }

OptionVerdict SubflowEntry::ReadJoinSynAck(const wire::SegmentView& segment) {
  if (core.is_client && CrossesJoin(segment)) return OptionVerdict::kDiscard;
  const auto option = wire::ParseMpJoinSynAck(FindJoin(segment));
  if (!segment.flags.ack || !option) {
    ResetFor(ResetReason::kMptcpError);
    return OptionVerdict::kReset;  // RFC 8684 3.2: without the option this is no subflow of ours
  }
  core.Count(Counter::kMPJoinSynAckRx);
  if (option->backup) core.Count(Counter::kMPJoinSynAckBackupRx);
  // The fourth packet takes a round trip. TCP measures it with this segment, later than we need it.
  const Duration first_repeat = Shorter(Longer((core.clock - opened_at) * 2, kLeastThirdAckRepeat), kMostThirdAckRepeat);
  if (!join.OnSynAck(*option, core.local_key, core.remote_key, core.clock, first_repeat)) {
    core.Count(Counter::kMPJoinSynAckHMacFailure);
    ResetFor(ResetReason::kMptcpError);
    return OptionVerdict::kReset;
  }
  remote_id = option->address_id;
  remote_backup = option->backup;
  return OptionVerdict::kOk;
}

void SubflowEntry::ReadRst(const wire::SegmentView& segment) {
  for (std::size_t i = 0; i < segment.mptcp_count; ++i) {
    const auto option = segment.mptcp[i];
    switch (wire::SubtypeOf(option)) {
      case MptcpSubtype::kTcpRst:
        if (!core.dialect->reset_reasons) break;
        if (const auto parsed = wire::ParseMpTcpRst(option)) {
          peer_reset = *parsed;
          core.Count(Counter::kMPRstRx);
        }
        break;
      case MptcpSubtype::kFail:
        if (wire::ParseMpFail(option)) core.Count(Counter::kMPFailRx);  // what was sent here is reinjected when it is closed
        break;
      case MptcpSubtype::kFastclose:
        if (!core.dialect->reset_reasons) break;  // RFC 6824 3.5: on an ACK only
        if (const auto parsed = wire::ParseMpFastclose(option); parsed && parsed->receiver_key == core.local_key.value()) {
          core.fastclose_from = this;
        }
        break;
      default: break;
    }
  }
}

// Later data with a DSS, while the third ACK and the first data, which carry the keys, are lost or late: no sign of a path that
// strips options, so no reason to fall back. The client repeats its first data, and the keys with it (RFC 8684 3.1).
bool SubflowEntry::OvertookKeys(const wire::SegmentView& segment) const {
  if (role != Role::kFirstPassive || core.mode != Mode::kNegotiating || FindCapable(segment)) return false;
  if (core.dialect->keys_in_syn) return false;  // no data carries them there: without the third ACK it is TCP (RFC 6824 3.1)
  for (std::size_t i = 0; i < segment.mptcp_count; ++i) {
    if (wire::SubtypeOf(segment.mptcp[i]) == MptcpSubtype::kDss && wire::ParseDss(segment.mptcp[i])) return true;
  }
  return false;
}

// The first segment after the SYNs completes or breaks the handshakes of RFC 8684 3.1 and 3.2. False: reset the subflow.
bool SubflowEntry::FinishHandshake(const wire::SegmentView& segment, Bytes window) {
  if (role == Role::kFirstPassive && core.mode == Mode::kNegotiating) {
    const Negotiated negotiated = OnCapableAck({.dialect = *core.dialect,
                                                .own = core.local_key,
                                                .peer = core.remote_key,
                                                .checksum = core.checksum,
                                                .peer_denies_join = core.peer_denies_join},
                                               FindCapable(segment));
    if (!negotiated.multipath) {
      core.Count(Counter::kMPCapableFallbackACK);
      core.FallBackAtHandshake(*this, negotiated.reason);
      return true;
    }
    core.Count(Counter::kMPCapableACKRX);
    core.LearnPeerKey(negotiated.peer_key);
    core.checksum = negotiated.checksum;
    core.mode = Mode::kMultipath;
    core.snd_right = std::max(core.snd_right, core.send.una() + static_cast<std::uint64_t>(window.count()));
    want_ack = segment.payload.empty();  // a Data ACK tells the client that its key arrived, so that it may open subflows
    return true;
  }
  if (join.state() == Join::State::kPreEstablished) {
    join.OnFourthPacket();
    return true;
  }
  if (join.state() != Join::State::kSynReceived) return true;
  const auto option = FindJoin(segment);
  if (!join.OnAck(option.empty() ? std::nullopt : wire::ParseMpJoinAck(option), core.local_key, core.remote_key)) {
    core.Count(Counter::kMPJoinAckHMacFailure);
    return ResetFor(ResetReason::kMptcpError);
  }
  core.Count(Counter::kMPJoinAckRx);
  --core.half_open_joins;
  want_ack = true;  // the fourth packet: the opener sends no data without it (RFC 8684 3.2)
  return true;
}

// Some options leave no room for a Data ACK (Linux sends ADD_ADDR alone), and a client repeats its keys in place of one. What
// only a mirror would send, a Data ACK of somebody else's numbers or a server's MP_CAPABLE, is no excuse.
bool SubflowEntry::Excuses(std::span<const std::byte> option) const {
  switch (wire::SubtypeOf(option)) {
    case MptcpSubtype::kDss: {
      const auto dss = wire::ParseDss(option);
      return dss && !dss->data_ack;
    }
    case MptcpSubtype::kCapable: return role == Role::kFirstPassive && wire::ParseMpCapable(option).has_value() && option.size() >= 20;
    default: return true;
  }
}

bool SubflowEntry::ReadOption(std::span<const std::byte> option, Bytes window) {
  const MptcpSubtype subtype = wire::SubtypeOf(option);
  segment_excused |= Excuses(option);
  if (subtype == MptcpSubtype::kDss) {
    const auto dss = wire::ParseDss(option);
    return !dss || ReadDss(*dss, window);
  }
  if (subtype == MptcpSubtype::kFail) {
    if (wire::ParseMpFail(option)) {
      core.Count(Counter::kMPFailRx);
      peer_reported_failure = true;
    }
    return true;
  }
  if (!core.IsMultipath()) return true;
  switch (subtype) {
    case MptcpSubtype::kCapable: return ReadCapableMapping(option);
    case MptcpSubtype::kJoin:
      want_ack |= role == Role::kJoinPassive;  // the third ACK again: the fourth packet was lost (3.2)
      return true;
    case MptcpSubtype::kAddAddr:
      if (!core.dialect->signs_addresses) {
        if (const auto parsed = wire::ParseAddAddrV0(option)) core.OnAddAddrV0(*this, *parsed);
      } else if (const auto parsed = wire::ParseAddAddr(option)) {
        core.OnAddAddr(*this, *parsed);
      }
      return true;
    case MptcpSubtype::kRemoveAddr:
      if (const auto parsed = wire::ParseRemoveAddr(option)) core.OnRemoveAddr(*parsed);
      return true;
    case MptcpSubtype::kPrio:
      return ReadPrio(option);
    case MptcpSubtype::kFastclose:
      // A wrong key is somebody else's guess: ignored (RFC 8684 3.5).
      if (const auto parsed = wire::ParseMpFastclose(option); parsed && parsed->receiver_key == core.local_key.value()) {
        core.fastclose_from = this;
      }
      return true;
    default: return true;  // MP_TCPRST means nothing without RST (3.6); an unknown subtype is skipped
  }
}

bool SubflowEntry::ReadPrio(std::span<const std::byte> option) {
  if (const auto of_address = wire::ParseMpPrioV0(option); of_address && of_address->address_id) {
    if (core.dialect->prio_names_address) core.OnPrioOfAddress(*of_address->address_id, of_address->backup);
  } else if (const auto of_subflow = wire::ParseMpPrio(option)) {
    core.OnPrio(*this, of_subflow->backup);
  }
  return true;
}

// MP_CAPABLE with data stands for a mapping of the first bytes (RFC 8684 3.1), and may be copied onto several segments.
bool SubflowEntry::ReadCapableMapping(std::span<const std::byte> option) {
  const auto capable = wire::ParseMpCapable(option);
  if (!capable || !capable->data_length || role != Role::kFirstPassive || core.dialect->keys_in_syn) return true;
  if (!core.dss_received) core.paths_changed = true;
  core.dss_received = true;
  return ReadMapping({.dsn = {.value = core.RemoteDsn(core.syn_payload_in).value(), .is_64_bit = true},
                      .subflow_seq = 1,
                      .length = *capable->data_length,
                      .checksum = capable->checksum},
                     false);
}

bool SubflowEntry::ReadDss(const wire::Dss& dss, Bytes window) {
  if (dss.data_ack && core.IsMultipath()) ReadDataAck(*dss.data_ack, window);
  if (!core.dss_received) {
    core.dss_received = true;
    core.paths_changed = true;  // from now on subflows may be added
  }
  return !dss.mapping || ReadMapping(*dss.mapping, dss.data_fin);
}

void SubflowEntry::ReadDataAck(wire::WireDsn wire_ack, Bytes window) {
  const Dsn una = core.LocalDsn(core.send.una());
  const std::optional<Dsn> ack =
      wire_ack.is_64_bit ? std::optional(Dsn(wire_ack.value)) : WidenDsn(static_cast<std::uint32_t>(wire_ack.value), una);
  if (!ack) return;
  const bool fin_sent = core.close.fin_sent() && core.AllSent();
  // Of data never sent, after it or before it: ignored, and no sign that the path is sound.
  if (ack->After(core.LocalDsn(core.snd_nxt + (fin_sent ? 1 : 0))) || ack->Before(core.local_base)) return;
  segment_had_data_ack = true;
  // Only who has our key can know these numbers (3.1). Until now our ACKs said the keys, and early data waits for its Data ACK.
  want_ack |= !core.key_confirmed && core.syn_payload_out > 0 && core.receive.next() > 0;
  core.key_confirmed = true;
  if (ack->Before(una)) return;  // old: neither acknowledges nor opens the window (3.3.5)
  const std::uint64_t offset = ack->DistanceFrom(core.local_base);
  core.OnDataAcknowledged(offset);
  const std::uint64_t right = offset + static_cast<std::uint64_t>(window.count());
  if (right > core.snd_right) core.snd_right = right;  // the largest that any subflow has shown (3.3.5)
}

// RFC 8684 3.3.1: relative to the SYN; 32 bits, so the nearest number to what is expected.
std::uint64_t SubflowEntry::StreamOffsetOf(std::uint32_t wire_subflow_seq) const {
  const std::uint64_t expected = tcp.stream_offset_received();
  const auto distance =
      static_cast<std::int32_t>(wire_subflow_seq - 1 + syn_payload_in() - static_cast<std::uint32_t>(expected));
  return expected + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
}

bool SubflowEntry::ReadMapping(const wire::DssMapping& mapping, bool data_fin) {
  if (mapping.length == 0) {
    core.OnInfiniteMapping(*this);
    return true;
  }
  if (!core.IsMultipath()) return true;
  const bool stray_checksum = mapping.checksum && !core.checksum;
  const bool as_agreed = mapping.checksum.has_value() == core.checksum || (stray_checksum && !core.dialect->stray_checksum_resets);
  if (!as_agreed) return ResetFor(ResetReason::kMptcpError);  // 3.3: MUST
  const Dsn expected = core.RemoteDsn(core.receive.next());
  const std::optional<Dsn> dsn = mapping.dsn.is_64_bit ? std::optional(Dsn(mapping.dsn.value))
                                                       : WidenDsn(static_cast<std::uint32_t>(mapping.dsn.value), expected);
  // Far outside the window it is of another stream (RFC 8684 3.3.4), an own mapping mirrored by somebody for example: as if there
  // were none.
  const auto window = static_cast<std::uint64_t>(core.receive.limit().count());
  if (!dsn || dsn->Before(core.remote_base) || dsn->After(expected + window)) {
    core.Count(Counter::kNoDSSInWindow);
    return true;
  }
  if (mapping.dsn.is_64_bit) core.peer_uses_64_bit = true;  // 3.3.2: then our Data ACKs MUST have 64 bits, too
  const std::uint64_t data_offset = dsn->DistanceFrom(core.remote_base);
  const std::uint32_t length = mapping.length - (data_fin ? 1u : 0u);
  if (data_fin) {
    if (length > 0 || !core.checksum || *mapping.checksum == wire::DssPseudoHeader(*dsn, mapping.subflow_seq, 1).Finish()) {
      if (!fail_said) core.OnPeerDataFin(data_offset + length);
    } else {
      core.Count(Counter::kDataCsumErr);  // not believed; the peer repeats it until it is acknowledged
    }
    // By itself it is answered only if all before it has come (3.3.3). Until then there is nothing to say, and a peer that misses data,
    // too, would answer our ACK, which has our own DATA_FIN on it, by an ACK with its DATA_FIN, without end.
    want_ack |= length > 0 || (core.peer_fin && core.receive.next() >= *core.peer_fin);
  }
  if (length == 0) return true;
  const std::uint64_t in_order = tcp.stream_offset_received();
  const std::uint64_t next_before = core.receive.next();
  const MapVerdict verdict = in.Add({.stream_offset = StreamOffsetOf(mapping.subflow_seq),
                                     .data_offset = data_offset,
                                     .length = length,
                                     .checksum = stray_checksum ? std::nullopt : mapping.checksum,
                                     .dsn = *dsn,
                                     .wire_subflow_seq = mapping.subflow_seq,
                                     .wire_length = mapping.length},
                                    in_order, *this);
  want_ack |= core.receive.next() != next_before;  // bytes that waited for their mapping: the Data ACK moves
  if (verdict == MapVerdict::kConflict) {
    // A mapping must never change (3.3.1): nothing of this segment can be trusted.
    core.Count(Counter::kDSSNotMatching);
    return ResetFor(ResetReason::kMptcpError);
  }
  if (verdict != MapVerdict::kOk && !bad_mapping) bad_mapping = verdict;
  return true;
}

}  // namespace mptcpp::core
