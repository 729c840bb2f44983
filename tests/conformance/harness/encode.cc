// SPDX-License-Identifier: Apache-2.0
// From a description to bytes on the wire.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/endian.h"
#include "conformance/harness/flow.h"
#include "wire/checksum.h"
#include "wire/gso.h"
#include "wire/mptcp_options.h"
#include "wire/mptcp_v0_add_addr.h"

namespace mptcpp::conformance {
namespace {

// Option bytes, one after the other; a script that asks for more than 40 is wrong.
class OptionBuffer {
 public:
  std::span<std::byte> rest() { return std::span(bytes_).subspan(used_); }
  void Took(std::size_t n) {
    if (n == 0) throw std::logic_error("the script's options do not fit 40 bytes");
    used_ += n;
  }
  std::span<const std::byte> all() const { return std::span(bytes_).first(used_); }
  void Append(std::span<const std::byte> raw) {
    if (raw.size() > rest().size()) throw std::logic_error("the script's options do not fit 40 bytes");
    std::ranges::copy(raw, rest().begin());
    used_ += raw.size();
  }

 private:
  std::array<std::byte, wire::kMaxOptionBytes> bytes_{};
  std::size_t used_ = 0;
};

std::span<const std::byte> PayloadBytes(const Segment& s) { return std::as_bytes(std::span(s.payload)); }

std::uint16_t MappingChecksum(const Segment& s, Dsn dsn, std::uint32_t subflow_seq, std::uint16_t length, bool wrong) {
  auto sum = wire::DssPseudoHeader(dsn, subflow_seq, length);
  sum.Add(PayloadBytes(s));
  return static_cast<std::uint16_t>(sum.Finish() ^ (wrong ? 0x0101 : 0));
}

void AddTcpOptions(const Flow& flow, const Segment& s, OptionBuffer& out) {
  if (s.mss) out.Took(wire::WriteMss(out.rest(), *s.mss));
  if (s.sack_permitted) out.Took(wire::WriteSackPermitted(out.rest()));
  if (s.timestamps) out.Took(wire::WriteTimestamps(out.rest(), *s.timestamps));
  if (s.window_scale) out.Took(wire::WriteWindowScale(out.rest(), *s.window_scale));
  std::vector<wire::SackBlock> blocks;
  for (const auto& [left, right] : s.sack) {
    const SeqNum base = flow.Incoming().seq.value();
    blocks.push_back({base + left, base + right});
  }
  if (!blocks.empty()) out.Took(wire::WriteSack(out.rest(), blocks));
}

void AddCapable(const Flow& flow, const Peer& peer, const Segment& s, OptionBuffer& out) {
  static_cast<void>(flow);
  const CapableSpec& spec = *s.capable;
  wire::MpCapable option;
  option.version = spec.version.value_or(peer.version);
  const bool v0 = option.version == 0;
  option.flags = {.checksum_required = (spec.flags & 0x80) != 0,
                  .extensibility = (spec.flags & 0x40) != 0,
                  .deny_join_to_source = (spec.flags & 0x20) != 0,
                  .crypto = static_cast<std::uint8_t>(spec.flags & 0x1f)};
  const bool syn = s.flags.syn;
  if (!syn || s.flags.ack || v0) option.sender_key = spec.sender_key.value_or(peer.own_key);
  if (!syn) option.receiver_key = spec.receiver_key ? *spec.receiver_key : peer.their_key.value_or(0);
  if (!v0 && !syn && (!s.payload.empty() || spec.data_length)) {
    option.data_length = spec.data_length.value_or(static_cast<std::uint16_t>(s.payload.size()));
    if (peer.checksum) option.checksum = MappingChecksum(s, peer.own_idsn() + 1, 1, *option.data_length, false);
  }
  out.Took(wire::WriteMpCapable(out.rest(), option));
}

void AddJoin(const Flow& flow, const Peer& peer, const Segment& s, OptionBuffer& out) {
  const JoinSpec& spec = *s.join;
  if (s.flags.syn && !s.flags.ack) {
    const wire::MpJoinSyn option{.backup = spec.backup,
                                 .address_id = AddressId(spec.address_id),
                                 .receiver_token = Token(spec.token ? *spec.token : peer.their_token().value()),
                                 .nonce = flow.own_nonce};
    return out.Took(wire::WriteMpJoinSyn(out.rest(), option));
  }
  auto hmac = Peer::Proof(peer.version, peer.own_key, peer.their_key.value_or(0), flow.own_nonce, flow.their_nonce);
  if (spec.bad_hmac) hmac[3] ^= std::byte{0x10};
  if (s.flags.syn) {
    const wire::MpJoinSynAck option{.backup = spec.backup,
                                    .address_id = AddressId(spec.address_id),
                                    .truncated_hmac = Load64(hmac.data()),
                                    .nonce = flow.own_nonce};
    return out.Took(wire::WriteMpJoinSynAck(out.rest(), option));
  }
  wire::MpJoinAck option;
  std::copy_n(hmac.begin(), option.hmac.size(), option.hmac.begin());
  out.Took(wire::WriteMpJoinAck(out.rest(), option));
}

wire::WireDsn Number(Dsn dsn, bool is_short) {
  return {.value = is_short ? dsn.low32() : dsn.value(), .is_64_bit = !is_short};
}

void AddDss(const Peer& peer, const Segment& s, OptionBuffer& out) {
  const DssSpec& spec = *s.dss;
  wire::Dss option;
  option.data_fin = spec.data_fin;
  if (spec.data_ack) option.data_ack = Number(peer.their_idsn() + *spec.data_ack, spec.short_ack);
  if (spec.map) {
    const Dsn dsn = peer.own_idsn() + spec.map->dsn;
    wire::DssMapping mapping{.dsn = Number(dsn, spec.short_dsn),
                             .subflow_seq = spec.map->subflow_seq,
                             .length = spec.map->length,
                             .checksum = std::nullopt};
    const bool wanted = spec.map->checksum == Sum::kAsNegotiated ? peer.checksum : spec.map->checksum != Sum::kNone;
    if (wanted && spec.map->length == 0) {
      mapping.checksum = 0;
    } else if (wanted) {
      mapping.checksum =
          MappingChecksum(s, dsn, spec.map->subflow_seq, spec.map->length, spec.map->checksum == Sum::kWrong);
    }
    option.mapping = mapping;
  }
  out.Took(wire::WriteDss(out.rest(), option));
}

void AddSignals(const Peer& peer, const Segment& s, OptionBuffer& out) {
  if (s.add_addr && peer.version == 0) {
    out.Took(wire::WriteAddAddrV0(out.rest(), {.address_id = AddressId(s.add_addr->address_id),
                                               .address = s.add_addr->address,
                                               .port = s.add_addr->port}));
  } else if (s.add_addr) {
    wire::AddAddr option{.echo = s.add_addr->echo,
                         .address_id = AddressId(s.add_addr->address_id),
                         .address = s.add_addr->address,
                         .port = s.add_addr->port,
                         .truncated_hmac = 0};
    if (!option.echo) {
      option.truncated_hmac = crypto::AddAddrHmac(crypto::Key(peer.own_key), crypto::Key(peer.their_key.value_or(0)),
                                                  option.address_id, option.address, option.port.value_or(0)) ^
                              (s.add_addr->bad_hmac ? 1u : 0u);
    }
    out.Took(wire::WriteAddAddr(out.rest(), option));
  }
  if (s.remove_addr) {
    wire::RemoveAddr option;
    for (const std::uint8_t id : *s.remove_addr) option.ids[option.count++] = AddressId(id);
    out.Took(wire::WriteRemoveAddr(out.rest(), option));
  }
  if (s.prio) out.Took(wire::WriteMpPrio(out.rest(), {.backup = *s.prio}));
  if (s.fail) out.Took(wire::WriteMpFail(out.rest(), {.dsn = peer.their_idsn() + *s.fail}));
  if (s.fastclose) out.Took(wire::WriteMpFastclose(out.rest(), {.receiver_key = s.fastclose_key.value_or(peer.their_key.value_or(0))}));
  if (s.tcp_rst) out.Took(wire::WriteMpTcpRst(out.rest(), *s.tcp_rst));
}

}  // namespace

std::vector<std::byte> Encode(const Flow& flow, const Segment& s, SeqNum seq, SeqNum ack) {
  const Peer& peer = *flow.shared_peer();
  OptionBuffer options;
  AddTcpOptions(flow, s, options);
  if (s.capable) AddCapable(flow, peer, s, options);
  if (s.join) AddJoin(flow, peer, s, options);
  if (s.dss) AddDss(peer, s, options);
  AddSignals(peer, s, options);
  if (s.fast_open) options.Took(wire::WriteFastOpen(options.rest(), *s.fast_open));
  options.Append(s.raw);

  TxPacket tx;
  tx.source = flow.own().address;
  tx.destination = flow.theirs().address;
  tx.segment_size = static_cast<std::uint16_t>(s.payload.size());
  wire::HeaderFields fields;
  fields.source_port = flow.own().port;
  fields.destination_port = flow.theirs().port;
  fields.seq = seq;
  fields.ack = ack;
  fields.flags = s.flags;
  fields.window = s.window.value_or(flow.default_window);
  wire::WriteHeader(fields, options.all(), tx);
  if (s.urgent != 0) Store16(&tx.header[18], s.urgent);
  if (!s.payload.empty()) tx.AddSlice(PayloadBytes(s));
  std::vector<std::byte> bytes(tx.header_length + s.payload.size());
  wire::EmitSegment(tx, 0, bytes);
  if (s.bad_checksum) bytes[16] ^= std::byte{0x55};
  return bytes;
}

}  // namespace mptcpp::conformance
