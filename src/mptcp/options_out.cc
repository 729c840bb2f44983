// SPDX-License-Identifier: Apache-2.0
// Which MPTCP options leave with a segment. Within the space that TCP leaves (28 bytes beside timestamps), most urgent first.
#include <algorithm>

#include "base/check.h"
#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

constexpr std::size_t kDssFixed = 4;
constexpr std::size_t kMappingLong = 8 + 4 + 2;  // 64-bit DSN, SSN, length
constexpr std::size_t kChecksumLength = 2;
constexpr std::size_t kCapableWithKeys = 20;
constexpr std::size_t kJoinAckLength = 24;

wire::WireDsn Wide(Dsn dsn) { return {.value = dsn.value(), .is_64_bit = true}; }
wire::WireDsn Narrow(Dsn dsn) { return {.value = dsn.low32(), .is_64_bit = false}; }

}  // namespace

std::size_t SubflowEntry::WriteOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space) {
  if (!core.IsMultipath() && core.mode != Mode::kNegotiating) return WriteFallbackOptions(segment, space);
  if (segment.flags.syn) return WriteSynOptions(segment, space);
  if (segment.flags.rst) return WriteRstOptions(space);
  return segment.payload.length > 0 ? WriteDataOptions(segment, space) : WriteAckOptions(segment, space);
}

std::size_t SubflowEntry::DataOptionBytes() const {
  const std::size_t checksum = core.checksum ? kChecksumLength : 0;
  if (!core.IsMultipath() && core.mode != Mode::kNegotiating) return infinite_pending ? kDssFixed + kMappingLong + checksum : 0;
  const std::size_t dss = kDssFixed + (core.peer_uses_64_bit ? 8u : 4u) + kMappingLong + checksum;
  // MP_CAPABLE with both keys stands in for the first DSS (RFC 8684 3.1) and is never longer than this.
  return std::max<std::size_t>((dss + 3) & ~std::size_t{3}, kJoinAckLength);
}

std::size_t SubflowEntry::WriteSynOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space) {
  switch (role) {
    case Role::kFirstActive:
      // Perhaps something on the path drops SYNs with this option (RFC 8684 3.9.3).
      if (segment.retransmission && syn_repeats < UINT8_MAX) ++syn_repeats;
      if (syn_repeats > core.options.syn_retransmits_before_tcp) {
        if (!syn_without_option) core.Count(Counter::kMPCapableSYNTXDrop);
        syn_without_option = true;
        return 0;
      }
      if (!segment.retransmission) core.Count(Counter::kMPCapableSYNTX);
      return wire::WriteMpCapable(space, CapableSyn(*core.dialect, core.options, core.local_key));
    case Role::kFirstPassive:
      if (peer_syn_bare) return 0;  // RFC 8684 3.1: a SYN without the option has a SYN/ACK without
      return wire::WriteMpCapable(
          space, CapableSynAck(*core.dialect, core.local_key, core.checksum, core.options.deny_join_initial_address));
    case Role::kJoinActive: return wire::WriteMpJoinSyn(space, join.Syn(core.remote_token, local_id, local_backup));
    case Role::kJoinPassive:
      return wire::WriteMpJoinSynAck(space, join.SynAck(core.local_key, core.remote_key, local_id, local_backup));
  }
  return 0;
}

std::size_t SubflowEntry::WriteRstOptions(std::span<std::byte> space) {
  std::size_t n = 0;
  if (fastclose_pending && core.dialect->reset_reasons) n += wire::WriteMpFastclose(space, {core.remote_key.value()});
  if (fail_pending) {
    n += wire::WriteMpFail(space.subspan(n), {core.RemoteDsn(*fail_pending)});
    core.Count(Counter::kMPFailTx);
  }
  if (reset_option && core.dialect->reset_reasons) {
    const std::size_t written = wire::WriteMpTcpRst(space.subspan(n), *reset_option);
    if (written > 0) core.Count(Counter::kMPRstTx);
    n += written;
  }
  return n;
}

std::size_t SubflowEntry::WriteAckOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space) {
  // A server that has nothing to say never shows that it has our key: a DATA_FIN goes out all the same, after one more ACK with
  // the keys, which also takes the third ACK's place if that was lost.
  const bool fin_overdue =
      core.close.FinUnacknowledged() && core.AllSent() && core.close.fin_sends() > 1 && !segment.handshake_ack;
  if (role == Role::kFirstActive && !core.key_confirmed && core.IsMultipath() && out.acknowledged() <= core.syn_payload_out &&
      !fin_overdue) {
    return WriteKeys(space);  // until something shows that the server has ours (RFC 8684 3.1)
  }
  if (role == Role::kFirstActive && core.IsMultipath() && core.dialect->keys_in_syn && (core.third_ack_owed || segment.handshake_ack)) {
    core.third_ack_owed = false;
    return WriteKeys(space);  // on the third ACK, and on no other segment (RFC 6824 3.1)
  }
  if (join.state() == Join::State::kPreEstablished) return wire::WriteMpJoinAck(space, join.Ack(core.local_key, core.remote_key));
  if (join.state() == Join::State::kSynReceived || core.mode == Mode::kNegotiating) return 0;

  std::size_t n = 0;
  if (fastclose_pending) {
    n = wire::WriteMpFastclose(space, {core.remote_key.value()});
  } else if (fail_pending) {
    n = wire::WriteMpFail(space, {core.RemoteDsn(*fail_pending)});
    NoteFailSent(n);
  } else if (!segment.probe) {
    n = WriteSignal(space);
  }
  return n + WriteDataAck(space.subspan(n), !segment.probe);
}

std::size_t SubflowEntry::WriteKeys(std::span<std::byte> space) {
  if (space.size() < kCapableWithKeys) return 0;
  return wire::WriteMpCapable(space, CapableAck(*core.dialect, core.local_key, core.remote_key, core.checksum,
                                                core.options.deny_join_initial_address));
}

// MP_PRIO, ADD_ADDR, its echo, REMOVE_ADDR: one on a pure ACK.
std::size_t SubflowEntry::WriteSignal(std::span<std::byte> space) {
  if (prio_pending) {
    const std::size_t n = wire::WriteMpPrio(space, {.backup = local_backup});
    if (n > 0) {
      prio_pending = false;
      core.Count(Counter::kMPPrioTx);
    }
    return n;
  }
  if (core.announcer.empty() || core.CarrierOfSignal() != this) return 0;
  const path_manager::Signal* next = core.announcer.Next(core.clock);
  if (next == nullptr) return 0;
  const path_manager::Signal signal = *next;
  std::size_t n = 0;
  if (signal.kind == path_manager::Signal::Kind::kRemove) {
    wire::RemoveAddr option{.count = 1};
    option.ids[0] = signal.id;
    n = wire::WriteRemoveAddr(space, option);
    if (n > 0) core.Count(Counter::kRmAddrTx);
  } else {
    n = WriteAnnouncement(space, signal);
  }
  if (n > 0) {
    core.OnSignalSent(signal, *this);
  } else {
    // An IPv6 address with a port does not fit beside timestamps (30 bytes of 28). Without a port the peer takes that of the
    // subflow which carries the option (RFC 8684 3.4.1), so nothing is lost if it is the same one.
    core.announcer.OnImpossible(signal);
    const bool same_port = signal.address.port == tcp.tuple().local.port;
    if (signal.kind == path_manager::Signal::Kind::kAnnounce && same_port)
      core.announcer.Announce(signal.id, {signal.address.address, 0});
  }
  return n;
}

// ADD_ADDR or its echo.
std::size_t SubflowEntry::WriteAnnouncement(std::span<std::byte> space, const path_manager::Signal& signal) {
  const bool echo = signal.kind == path_manager::Signal::Kind::kEcho;
  const IpAddress& address = signal.address.address;
  const auto port = signal.address.port != 0 ? std::optional(signal.address.port) : std::nullopt;
  std::size_t n = 0;
  if (!core.dialect->signs_addresses) {
    n = wire::WriteAddAddrV0(space, {.address_id = signal.id, .address = address, .port = port});
  } else {
    wire::AddAddr option{.echo = echo, .address_id = signal.id, .address = address, .port = port};
    if (!echo) option.truncated_hmac = crypto::AddAddrHmac(core.local_key, core.remote_key, signal.id, address, signal.address.port);
    n = wire::WriteAddAddr(space, option);
  }
  if (n > 0) core.Count(echo ? Counter::kEchoAddTx : Counter::kAddAddrTx);
  return n;
}

std::size_t SubflowEntry::WriteDataAck(std::span<std::byte> space, bool with_data_fin) {
  wire::Dss option;
  const Dsn ack = core.DataAck();
  option.data_ack = core.peer_uses_64_bit ? Wide(ack) : Narrow(ack);
  if (with_data_fin && core.close.FinUnacknowledged() && core.AllSent()) {
    // A DATA_FIN without payload: length 1, subflow sequence number 0 (RFC 8684 3.3.3).
    option.data_fin = true;
    wire::DssMapping& mapping = option.mapping.emplace();
    const Dsn fin = core.LocalDsn(core.send.end());
    mapping = {.dsn = Wide(fin), .subflow_seq = 0, .length = 1, .checksum = {}};
    if (core.checksum) mapping.checksum = wire::DssPseudoHeader(fin, 0, 1).Finish();
  }
  if (wire::DssLength(option) > space.size() && option.mapping) option.mapping->dsn = Narrow(core.LocalDsn(core.send.end()));
  if (wire::DssLength(option) > space.size()) {
    // Beside an ADD_ADDR there is room for the Data ACK alone; the DATA_FIN follows with the next segment.
    option.mapping.reset();
    option.data_fin = false;
  }
  if (wire::DssLength(option) > space.size()) option.data_ack = Narrow(ack);
  return wire::WriteDss(space, option);
}

std::size_t SubflowEntry::WriteDataOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space) {
  const OutgoingMapping* mapping = out.Find(segment.payload);
  if (mapping == nullptr) return WriteDataAck(space, false);
  if (role == Role::kFirstActive && !core.key_confirmed && mapping->stream_offset == core.syn_payload_out) {
    wire::MpCapable option = CapableAck(*core.dialect, core.local_key, core.remote_key, core.checksum, core.options.deny_join_initial_address);
    option.data_length = mapping->WireLength();
    if (mapping->has_checksum) option.checksum = mapping->checksum;
    return wire::WriteMpCapable(space, option);
  }
  const Dsn dsn = core.LocalDsn(mapping->data_offset);
  const Dsn ack = core.DataAck();
  wire::Dss option{.mapping = wire::DssMapping{.dsn = Wide(dsn),
                                               .subflow_seq = WireSubflowSeq(mapping->stream_offset),
                                               .length = mapping->WireLength(),
                                               .checksum = {}},
                   .data_fin = mapping->data_fin};
  // Early data of a server: without the client's key there is no number to acknowledge (RFC 8684 figure 19, erratum 6609).
  const bool early = core.mode == Mode::kNegotiating;
  if (!early) option.data_ack = core.peer_uses_64_bit ? Wide(ack) : Narrow(ack);
  if (mapping->has_checksum) option.mapping->checksum = mapping->checksum;
  MPTCPP_DCHECK(wire::DssLength(option) <= space.size());  // at most 28 bytes, which timestamps leave of the 40
  return wire::WriteDss(space, option);
}

void SubflowEntry::NoteFailSent(std::size_t written) {
  if (written == 0) return;
  core.Count(Counter::kMPFailTx);
  fail_pending.reset();
}

// After a fallback no option of kind 30 leaves any more, but for those that tell the peer of it (RFC 8684 3.7).
std::size_t SubflowEntry::WriteFallbackOptions(const tcp::OutgoingSegment& segment, std::span<std::byte> space) {
  if (segment.payload.length > 0) {
    if (!infinite_pending) return 0;
    infinite_carried_to = std::max(infinite_carried_to, segment.stream_offset + segment.payload.length);
    return WriteInfinite(space);
  }
  if (!fail_pending || segment.flags.syn || segment.flags.rst) return 0;
  const std::size_t n = wire::WriteMpFail(space, {core.RemoteDsn(*fail_pending)});
  NoteFailSent(n);
  return n;
}

// RFC 8684 3.7: length 0, checksum 0, anchored at what is known to have arrived intact.
std::size_t SubflowEntry::WriteInfinite(std::span<std::byte> space) {
  wire::Dss option;
  option.mapping = wire::DssMapping{.dsn = Wide(core.LocalDsn(infinite_data)),
                                    .subflow_seq = WireSubflowSeq(infinite_stream),
                                    .length = 0,
                                    .checksum = {}};
  if (core.checksum) option.mapping->checksum = 0;
  if (!infinite_counted) core.Count(Counter::kInfiniteMapTx);
  infinite_counted = true;
  return wire::WriteDss(space, option);
}

}  // namespace mptcpp::core
