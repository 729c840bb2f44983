// SPDX-License-Identifier: Apache-2.0
// The part of ConnectionTracker that reads handshakes and signals, and checks their HMACs and keys.
#include <algorithm>

#include "base/endian.h"
#include "crypto/keys.h"
#include "crypto/keys_v0.h"
#include "trace/connection_tracker.h"
#include "wire/mptcp_options.h"
#include "wire/mptcp_v0_capable.h"

namespace mptcpp::trace {
namespace {

using crypto::Key;

struct JoinKeys {
  Key own, peer;
  std::uint32_t own_nonce, peer_nonce;
};

// The first bytes of the HMAC that a host with these keys sends: 8 on the SYN/ACK, 20 on the third ACK.
std::array<std::byte, 20> JoinHmacBytes(Protocol protocol, const JoinKeys& keys) {
  std::array<std::byte, 20> bytes;
  if (protocol == Protocol::kMptcpV0) return crypto::JoinHmacV0(keys.own, keys.peer, keys.own_nonce, keys.peer_nonce);
  const auto digest = crypto::JoinHmac(keys.own, keys.peer, keys.own_nonce, keys.peer_nonce);
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return bytes;
}

Verdict ToVerdict(bool right) { return right ? Verdict::kRight : Verdict::kWrong; }

}  // namespace

void ConnectionTracker::ReadOptions(std::size_t index, const wire::SegmentView& view) {
  for (std::size_t i = 0; i < view.mptcp_count; ++i) {
    const auto option = view.mptcp[i];
    switch (wire::SubtypeOf(option)) {
      case wire::MptcpSubtype::kCapable: ReadCapable(index, option); break;
      case wire::MptcpSubtype::kJoin: ReadJoin(index, option); break;
      case wire::MptcpSubtype::kDss: ReadDss(index, option); break;
      case wire::MptcpSubtype::kAddAddr: ReadAddAddr(index, option); break;
      case wire::MptcpSubtype::kFastclose: ReadFastclose(index, option); break;
      case wire::MptcpSubtype::kFail: ReadFail(index, option); break;
      default: break;
    }
  }
  TrackedConnection& connection = ConnectionOf(segments_[index]);
  const bool joins = subflows_[segments_[index].subflow].is_join;
  if (view.flags.syn && view.flags.ack && view.mptcp_count == 0 && connection.offered_mptcp && !joins) {
    connection.protocol = Protocol::kTcp;  // whatever the SYN offered; that of version 0 has a key already
    Report(index, false, "the server answers without MP_CAPABLE: plain TCP");
  }
}

void ConnectionTracker::ReadCapable(std::size_t index, std::span<const std::byte> option) {
  if (wire::ParseMpCapableV0(option)) return ReadCapableV0(index, option);
  const auto capable = wire::ParseMpCapable(option);
  if (!capable) return Report(index, true, "MP_CAPABLE of a length that no version has");
  const TrackedSegment& segment = segments_[index];
  TrackedConnection& connection = ConnectionOf(segment);
  connection.checksums = connection.checksums || capable->flags.checksum_required;
  if (!capable->sender_key) {
    connection.offered_mptcp = true;
    return;
  }
  connection.protocol = Protocol::kMptcpV1;
  LearnKey(index, segment.from, *capable->sender_key);
  if (capable->receiver_key) LearnKey(index, Other(segment.from), *capable->receiver_key);
  if (capable->data_length) {
    // The mapping is implied: it begins with the first byte of both streams (RFC 8684 3.1).
    const wire::WireDsn first{.value = (*connection.idsn[Index(segment.from)] + 1).value(), .is_64_bit = true};
    ReadMapping(index, {.dsn = first, .subflow_seq = 1, .length = *capable->data_length, .checksum = capable->checksum}, false);
  }
}

void ConnectionTracker::ReadCapableV0(std::size_t index, std::span<const std::byte> option) {
  const auto capable = wire::ParseMpCapableV0(option);
  const TrackedSegment& segment = segments_[index];
  TrackedConnection& connection = ConnectionOf(segment);
  connection.checksums = connection.checksums || capable->flags.checksum_required;
  connection.offered_mptcp = true;
  // The key of a SYN counts only if the answer speaks version 0 as well; the two versions hash it differently.
  connection.protocol = Protocol::kMptcpV0;
  LearnKey(index, segment.from, capable->sender_key);
  if (capable->receiver_key) LearnKey(index, Other(segment.from), *capable->receiver_key);
}

// A key that is there already must be the same one: it comes back as an echo.
void ConnectionTracker::LearnKey(std::size_t index, Side owner, std::uint64_t value) {
  TrackedConnection& connection = ConnectionOf(segments_[index]);
  auto& known = connection.key[Index(owner)];
  if (known) {
    const bool same = known->value() == value;
    segments_[index].key = same && segments_[index].key != Verdict::kWrong ? Verdict::kRight : Verdict::kWrong;
    if (!same) Report(index, true, "MP_CAPABLE echoes another key than the one that was sent");
    return;
  }
  known = Key(value);
  const auto material = connection.protocol == Protocol::kMptcpV0 ? crypto::DeriveV0(*known) : crypto::Derive(*known);
  connection.token[Index(owner)] = material.token;
  connection.idsn[Index(owner)] = material.idsn;
  dsn_seen_[subflows_[segments_[index].subflow].connection][Index(owner)] = material.idsn + 1;
  tokens_[material.token] = {subflows_[segments_[index].subflow].connection, owner};
}

std::optional<ConnectionTracker::Owner> ConnectionTracker::FindToken(Token token) const {
  const auto at = tokens_.find(token);
  return at == tokens_.end() ? std::nullopt : std::optional(at->second);
}

void ConnectionTracker::ReadJoin(std::size_t index, std::span<const std::byte> option) {
  TrackedSegment& segment = segments_[index];
  TrackedSubflow& subflow = subflows_[segment.subflow];
  TrackedConnection& connection = connections_[subflow.connection];
  auto& nonce = states_[segment.subflow].nonce;
  const std::size_t own = Index(segment.from), peer = Index(Other(segment.from));

  std::span<const std::byte> hmac;
  if (const auto syn = wire::ParseMpJoinSyn(option)) {
    nonce[own] = syn->nonce;
    subflow.address_id[own] = syn->address_id;
    subflow.backup = subflow.backup || syn->backup;
    const bool known = connection.key[0] || connection.key[1];
    if (!known && !segment.retransmission) Report(index, false, "joins a connection whose handshake is not in the capture");
    if (!known && connection.protocol == Protocol::kTcp) connection.protocol = Protocol::kMptcpV1;
    return;
  }
  if (const auto syn_ack = wire::ParseMpJoinSynAck(option)) {
    nonce[own] = syn_ack->nonce;
    subflow.address_id[own] = syn_ack->address_id;
    subflow.backup = subflow.backup || syn_ack->backup;
    hmac = option.subspan(4, 8);
  } else if (wire::ParseMpJoinAck(option)) {
    hmac = option.subspan(4, 20);
  } else {
    return Report(index, true, "MP_JOIN of a length that no packet has");
  }
  segment.hmac = Verdict::kUnchecked;
  if (!connection.key[0] || !connection.key[1] || !nonce[0] || !nonce[1]) return;
  const auto expected =
      JoinHmacBytes(connection.protocol, {*connection.key[own], *connection.key[peer], *nonce[own], *nonce[peer]});
  segment.hmac = ToVerdict(std::equal(hmac.begin(), hmac.end(), expected.begin()));
  if (segment.hmac == Verdict::kWrong) Report(index, true, "the HMAC of MP_JOIN is wrong");
}

void ConnectionTracker::ReadAddAddr(std::size_t index, std::span<const std::byte> option) {
  TrackedSegment& segment = segments_[index];
  const TrackedConnection& connection = ConnectionOf(segment);
  if (connection.protocol == Protocol::kMptcpV0) return;  // nothing is signed there
  const auto added = wire::ParseAddAddr(option);
  if (!added) return Report(index, true, "malformed ADD_ADDR");
  if (added->echo) return;
  segment.hmac = Verdict::kUnchecked;
  const auto& own = connection.key[Index(segment.from)];
  const auto& peer = connection.key[Index(Other(segment.from))];
  if (!own || !peer) return;
  const auto hmac = [&](std::uint16_t port) { return crypto::AddAddrHmac(*own, *peer, added->address_id, added->address, port); };
  segment.hmac = ToVerdict(hmac(added->port.value_or(0)) == added->truncated_hmac);
  if (segment.hmac == Verdict::kRight) return;
  Report(index, true,
         hmac(0) == added->truncated_hmac ? "the HMAC of ADD_ADDR leaves the port out, as some kernels did"
                                          : "the HMAC of ADD_ADDR is wrong");
}

// The number is one of the peer's: where the mapping began that did not fit its checksum (RFC 8684 3.7).
void ConnectionTracker::ReadFail(std::size_t index, std::span<const std::byte> option) {
  TrackedSegment& segment = segments_[index];
  const auto fail = wire::ParseMpFail(option);
  const TrackedConnection& connection = ConnectionOf(segment);
  const Side failed = Other(segment.from);
  if (fail && connection.idsn[Index(failed)]) segment.failed_dsn = Relative(connection, failed, fail->dsn);
}

void ConnectionTracker::ReadFastclose(std::size_t index, std::span<const std::byte> option) {
  TrackedSegment& segment = segments_[index];
  const auto close = wire::ParseMpFastclose(option);
  if (!close) return;
  const auto& key = ConnectionOf(segment).key[Index(Other(segment.from))];
  segment.key = !key ? Verdict::kUnchecked : ToVerdict(key->value() == close->receiver_key);
  if (segment.key == Verdict::kWrong) Report(index, true, "MP_FASTCLOSE shows another key than the receiver's");
}

}  // namespace mptcpp::trace
