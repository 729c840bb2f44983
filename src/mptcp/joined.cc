// SPDX-License-Identifier: Apache-2.0
// Joins of the peer's (RFC 8684 3.2): those that get a subflow with their SYN, and those that get one only when their third ACK
// has proven them, because too many are half open already.
#include "mptcp/core.h"

namespace mptcpp::core {

using wire::ResetReason;

std::unexpected<JoinRefused> Core::RefuseJoin(wire::MpTcpRst reason) {
  Count(Counter::kMPJoinRejected);
  return std::unexpected(dialect->reset_reasons ? JoinRefused(reason) : std::nullopt);
}

std::optional<wire::MpTcpRst> Core::JoinRefusal(const wire::SegmentView& syn) const {
  if (!IsMultipath() || !established || failure || close.IsDone() || close.state() == DataState::kFastcloseWait) {
    return wire::MpTcpRst{.reason = ResetReason::kMptcpError};
  }
  if (options.deny_join_initial_address && syn.destination == first_tuple.local) {
    return wire::MpTcpRst{.reason = ResetReason::kProhibited};
  }
  return std::nullopt;
}

// The id of an address of ours, known or new; nullopt: there are too many.
std::optional<AddressId> Core::ClaimLocalId(const SocketAddress& local) {
  std::optional<AddressId> id = addresses.LocalId(local.address);
  if (id) return id;
  id = addresses.FreeLocalId();
  if (id) addresses.AddLocal(*id, local);
  return id;
}

std::expected<void, JoinRefused> Core::AcceptJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                     const std::optional<CookieJoin>& cookie, Instant now) {
  constexpr wire::MpTcpRst kNoRoom{.transient = true, .reason = ResetReason::kNoResources};
  if (!cookie) {
    Count(Counter::kMPJoinSynRx);
    if (join.backup) Count(Counter::kMPJoinSynBackupRx);
  }
  if (const auto refusal = JoinRefusal(syn)) return RefuseJoin(*refusal);
  if (policy.AtLimit()) return RefuseJoin(kNoRoom);
  const std::optional<AddressId> local_id = ClaimLocalId({syn.destination.address, 0});
  if (!local_id) return RefuseJoin(kNoRoom);
  if (cookie) given_isn = cookie->isn;
  const Expected<SubflowEntry*> added = AddEntry(Role::kJoinPassive, {syn.destination, syn.source}, 0, now);
  given_isn.reset();
  if (!added) return RefuseJoin(kNoRoom);
  SubflowEntry& entry = **added;
  ++half_open_joins;
  entry.join.Accept(cookie ? cookie->nonce : host.random().Next32(), join.nonce);
  entry.local_id = *local_id;
  entry.remote_id = entry.policy_remote_id = join.address_id;
  entry.remote_backup = join.backup;
  policy.OnOpened(entry.local_id, entry.remote_id);
  entry.tcp.OpenPassive(syn, now);
  if (cookie) entry.tcp.AssumeSynAckSent(now);
  return {};
}

std::expected<wire::MpJoinSynAck, JoinRefused> Core::AnswerJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                                   std::uint32_t own_nonce) {
  Count(Counter::kMPJoinSynRx);
  if (join.backup) Count(Counter::kMPJoinSynBackupRx);
  if (const auto refusal = JoinRefusal(syn)) return RefuseJoin(*refusal);
  const std::optional<AddressId> local_id = ClaimLocalId({syn.destination.address, 0});
  if (!local_id) return RefuseJoin({.transient = true, .reason = ResetReason::kNoResources});
  Join answer(*dialect);
  answer.Accept(own_nonce, join.nonce);
  return answer.SynAck(local_key, remote_key, *local_id, false);
}

std::expected<void, JoinRefused> Core::AcceptProvenJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                           const CookieJoin& cookie, const wire::SegmentView& ack, Instant now) {
  Join proof(*dialect);
  proof.Accept(cookie.nonce, join.nonce);
  const auto option = FindJoin(ack);
  if (!proof.OnAck(option.empty() ? std::nullopt : wire::ParseMpJoinAck(option), local_key, remote_key)) {
    Count(Counter::kMPJoinAckHMacFailure);
    return std::unexpected(dialect->reset_reasons ? JoinRefused({.reason = ResetReason::kMptcpError}) : std::nullopt);
  }
  if (policy.AtLimit()) DropHalfOpenJoin(now);
  if (const auto accepted = AcceptJoin(syn, join, cookie, now); !accepted) return accepted;
  ForEach([&](SubflowEntry& entry) {
    if (entry.tcp.tuple() != FourTuple{syn.destination, syn.source}) return;
    entry.tcp.Receive(ack, now);
    Settle(entry, now);
  });
  SettleConnection(now);
  return {};
}

// Who has proven itself comes before who has not. Without a word: perhaps nobody is there.
void Core::DropHalfOpenJoin(Instant now) {
  bool dropped = false;
  ForEach([&](SubflowEntry& entry) {
    if (dropped || entry.join.state() != Join::State::kSynReceived || entry.tcp.IsClosed()) return;
    entry.tcp.Forget();
    dropped = true;
  });
  if (dropped) Reap(now);
}

}  // namespace mptcpp::core
