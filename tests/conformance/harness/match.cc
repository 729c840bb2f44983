// SPDX-License-Identifier: Apache-2.0
// Compares what came with what was expected, and says the first difference in words.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/endian.h"
#include "conformance/harness/flow.h"
#include "wire/mptcp_options.h"
#include "wire/mptcp_v0_add_addr.h"

namespace mptcpp::conformance {
namespace {

template <typename Parse>
auto FindOption(const wire::SegmentView& view, wire::MptcpSubtype subtype, Parse parse) -> decltype(parse(view.mptcp[0])) {
  for (std::size_t i = 0; i < view.mptcp_count; ++i) {
    if (wire::SubtypeOf(view.mptcp[i]) == subtype) return parse(view.mptcp[i]);
  }
  return std::nullopt;
}

std::string DiffTcp(const Flow& flow, const Segment& e, const wire::SegmentView& v) {
  wire::TcpFlags got = v.flags;
  if (!e.flags.psh) got.psh = false;  // PSH is advice: compared only when asked for
  if (got != e.flags) return "the flags differ";
  const auto bases = flow.Incoming();
  if (e.seq && v.seq != *bases.seq + static_cast<std::uint32_t>(*e.seq)) return "the sequence number differs";
  if (e.ack && v.flags.ack && v.ack != *bases.ack + static_cast<std::uint32_t>(*e.ack)) return "the acknowledgment differs";
  if (e.window && v.window != *e.window) return "the window differs";
  const std::string_view payload(reinterpret_cast<const char*>(v.payload.data()), v.payload.size());
  if (e.payload_length && v.payload.size() != *e.payload_length) return "the payload length differs";
  if (e.any_payload && v.payload.empty()) return "there is no payload";
  if (!e.any_payload && !e.payload_length && payload != e.payload) return "the payload differs";
  if (e.mss && v.options.mss != e.mss) return "the MSS differs";
  if (e.window_scale && v.options.window_scale != e.window_scale) return "the window scale differs";
  if (e.sack_permitted && !v.options.sack_permitted) return "SACK-permitted is missing";
  if (e.timestamps && (!v.options.timestamps || v.options.timestamps->echo_reply != e.timestamps->echo_reply)) {
    return "the timestamp echo differs";
  }
  if (e.fast_open && (!v.options.has_fast_open || !std::ranges::equal(v.options.fast_open_cookie, *e.fast_open))) {
    return "the fast-open option differs";
  }
  if (e.no_fast_open && v.options.has_fast_open) return "there is a fast-open option";
  if (e.fast_open_length && (!v.options.has_fast_open || v.options.fast_open_cookie.size() != *e.fast_open_length)) {
    return "the fast-open cookie has another length";
  }
  if (e.no_sack && v.options.sack_count != 0) return "there are SACK blocks";
  for (std::size_t i = 0; i < e.sack.size(); ++i) {
    if (i >= v.options.sack_count) return "a SACK block is missing";
    const auto& [left, right] = e.sack[i];
    if (v.options.sack[i].left != *bases.ack + left || v.options.sack[i].right != *bases.ack + right) return "a SACK block differs";
  }
  return {};
}

std::string DiffCapable(const Flow& flow, const Segment& e, const wire::SegmentView& v) {
  const auto got = FindOption(v, wire::MptcpSubtype::kCapable, wire::ParseMpCapable);
  if (!got) return "MP_CAPABLE is missing";
  const unsigned flags = (got->flags.checksum_required ? 0x80u : 0u) | (got->flags.extensibility ? 0x40u : 0u) |
                         (got->flags.deny_join_to_source ? 0x20u : 0u) | got->flags.crypto;
  if (flags != e.capable->flags) return "the flags of MP_CAPABLE differ";
  const Peer& peer = *flow.shared_peer();
  if (got->version != e.capable->version.value_or(peer.version)) return "the version of MP_CAPABLE differs";
  const bool syn = v.flags.syn, v0 = got->version == 0;
  if (got->sender_key.has_value() != (!syn || v.flags.ack || v0)) return "MP_CAPABLE has the wrong form";
  if (got->receiver_key.has_value() == syn) return "MP_CAPABLE has the wrong form";
  if (got->receiver_key && *got->receiver_key != peer.own_key) return "MP_CAPABLE does not repeat our key";
  if (got->sender_key && peer.their_key && *got->sender_key != *peer.their_key) return "the sender's key changed";
  if (got->data_length.has_value() != (!v0 && ((!syn && !v.payload.empty()) || e.capable->with_data))) return "MP_CAPABLE has the wrong form";
  if (e.capable->data_length && got->data_length != e.capable->data_length) return "the data length of MP_CAPABLE differs";
  return {};
}

std::string DiffJoin(const Flow& flow, const Segment& e, const wire::SegmentView& v) {
  const Peer& peer = *flow.shared_peer();
  constexpr auto kJoin = wire::MptcpSubtype::kJoin;
  if (v.flags.syn && !v.flags.ack) {
    const auto got = FindOption(v, kJoin, wire::ParseMpJoinSyn);
    if (!got) return "MP_JOIN (12 bytes) is missing";
    if (got->address_id.value() != e.join->address_id) return "the address id of MP_JOIN differs";
    if (got->backup != e.join->backup) return "the backup flag of MP_JOIN differs";
    return got->receiver_token == peer.own_token() ? "" : "the token of MP_JOIN is not ours";
  }
  const auto hmac = Peer::Proof(peer.version, peer.their_key.value_or(0), peer.own_key, flow.their_nonce, flow.own_nonce);
  if (v.flags.syn) {
    const auto got = FindOption(v, kJoin, wire::ParseMpJoinSynAck);
    if (!got) return "MP_JOIN (16 bytes) is missing";
    if (got->address_id.value() != e.join->address_id) return "the address id of MP_JOIN differs";
    if (got->backup != e.join->backup) return "the backup flag of MP_JOIN differs";
    const auto right = Peer::Proof(peer.version, peer.their_key.value_or(0), peer.own_key, got->nonce, flow.own_nonce);
    return got->truncated_hmac == Load64(right.data()) ? "" : "the HMAC of MP_JOIN is wrong";
  }
  const auto got = FindOption(v, kJoin, wire::ParseMpJoinAck);
  if (!got) return "MP_JOIN (24 bytes) is missing";
  return std::equal(got->hmac.begin(), got->hmac.end(), hmac.begin()) ? "" : "the HMAC of MP_JOIN is wrong";
}

bool IsNumber(const wire::WireDsn& got, Dsn wanted) {
  return got.is_64_bit ? got.value == wanted.value() : static_cast<std::uint32_t>(got.value) == wanted.low32();
}

std::string DiffDss(const Flow& flow, const Segment& e, const wire::SegmentView& v) {
  const auto got = FindOption(v, wire::MptcpSubtype::kDss, wire::ParseDss);
  if (!got) return "DSS is missing";
  const DssSpec& spec = *e.dss;
  const Peer& peer = *flow.shared_peer();
  if (spec.data_ack && !got->data_ack) return "the Data ACK is missing";
  if (spec.data_ack && !IsNumber(*got->data_ack, peer.own_idsn() + *spec.data_ack)) return "the Data ACK differs";
  // A bare Data ACK is welcome on a repeated DATA_FIN, too; a mapping is compared in full.
  if (spec.data_fin && !got->data_fin) return "DATA_FIN is missing";
  if (spec.map && !spec.data_fin && got->data_fin) return "there is a DATA_FIN";
  if ((spec.any_map || spec.map) && !got->mapping) return "the mapping is missing";
  if (!spec.map) return {};
  if (!IsNumber(got->mapping->dsn, peer.their_idsn() + spec.map->dsn)) return "the DSN of the mapping differs";
  if (got->mapping->subflow_seq != spec.map->subflow_seq) return "the subflow sequence number of the mapping differs";
  if (got->mapping->length != spec.map->length) return "the length of the mapping differs";
  if (got->mapping->checksum.has_value() != peer.checksum) return peer.checksum ? "the DSS checksum is missing" : "there is a DSS checksum";
  return {};
}

std::string DiffSignals(const Flow& flow, const Segment& e, const wire::SegmentView& v) {
  const Peer& peer = *flow.shared_peer();
  if (e.add_addr && peer.version == 0) {
    const auto got = FindOption(v, wire::MptcpSubtype::kAddAddr, wire::ParseAddAddrV0);
    if (!got) return "ADD_ADDR is missing";
    if (got->address_id.value() != e.add_addr->address_id || got->address != e.add_addr->address || got->port != e.add_addr->port) {
      return "ADD_ADDR differs";
    }
  } else if (e.add_addr) {
    const auto got = FindOption(v, wire::MptcpSubtype::kAddAddr, wire::ParseAddAddr);
    if (!got) return "ADD_ADDR is missing";
    if (got->echo != e.add_addr->echo || got->address_id.value() != e.add_addr->address_id ||
        got->address != e.add_addr->address || got->port != e.add_addr->port) {
      return "ADD_ADDR differs";
    }
    const auto hmac = crypto::AddAddrHmac(crypto::Key(peer.their_key.value_or(0)), crypto::Key(peer.own_key), got->address_id,
                                          got->address, got->port.value_or(0));
    if (!got->echo && got->truncated_hmac != hmac) return "the HMAC of ADD_ADDR is wrong";
  }
  if (e.remove_addr) {
    const auto got = FindOption(v, wire::MptcpSubtype::kRemoveAddr, wire::ParseRemoveAddr);
    if (!got) return "REMOVE_ADDR is missing";
    if (!std::ranges::equal(std::span(got->ids).first(got->count), *e.remove_addr, {}, &AddressId::value)) return "REMOVE_ADDR differs";
  }
  if (e.prio) {
    const auto got = FindOption(v, wire::MptcpSubtype::kPrio, wire::ParseMpPrio);
    if (!got || got->backup != *e.prio) return got ? "MP_PRIO differs" : "MP_PRIO is missing";
  }
  if (e.fail) {
    const auto got = FindOption(v, wire::MptcpSubtype::kFail, wire::ParseMpFail);
    if (!got || got->dsn != peer.own_idsn() + *e.fail) return got ? "the DSN of MP_FAIL differs" : "MP_FAIL is missing";
  }
  if (e.fastclose) {
    const auto got = FindOption(v, wire::MptcpSubtype::kFastclose, wire::ParseMpFastclose);
    if (!got || got->receiver_key != peer.own_key) return got ? "MP_FASTCLOSE has a wrong key" : "MP_FASTCLOSE is missing";
  }
  if (e.tcp_rst) {
    const auto got = FindOption(v, wire::MptcpSubtype::kTcpRst, wire::ParseMpTcpRst);
    if (!got) return "MP_TCPRST is missing";
    if (got->reason != e.tcp_rst->reason) return fmt::format("the reason of MP_TCPRST is {}", wire::ToString(got->reason));
  }
  return {};
}

}  // namespace

std::string Mismatch(const Flow& flow, const Segment& expected, const Captured& captured) {
  const wire::SegmentView& v = captured.view;
  if (auto why = DiffTcp(flow, expected, v); !why.empty()) return why;
  if (expected.no_mptcp && v.mptcp_count != 0) return "there is an MPTCP option";
  if (expected.no_dss && FindOption(v, wire::MptcpSubtype::kDss, wire::ParseDss)) return "there is a DSS";
  if (expected.capable) {
    if (auto why = DiffCapable(flow, expected, v); !why.empty()) return why;
  }
  if (expected.join) {
    if (auto why = DiffJoin(flow, expected, v); !why.empty()) return why;
  }
  if (expected.dss) {
    if (auto why = DiffDss(flow, expected, v); !why.empty()) return why;
  }
  return DiffSignals(flow, expected, v);
}

}  // namespace mptcpp::conformance
