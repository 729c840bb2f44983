// SPDX-License-Identifier: Apache-2.0
// SYNs that leave nothing behind, and the third ACKs from which connections and joins are made all the same (RFC 4987 3.6,
// RFC 8684 3.1: a stateless server derives its key).
#include <array>

#include "mptcp/join.h"
#include "mptcp/negotiation.h"
#include "stack/host.h"
#include "stack/stateless_reply.h"
#include "stack/syn_cookie.h"
#include "wire/mptcp_options.h"

namespace mptcpp::stack {
namespace {

// What the client's third packet speaks; without MP_CAPABLE it does not matter.
const core::Dialect& DialectOf(const wire::SegmentView& ack) {
  const auto capable = core::FindCapable(ack);
  return core::DialectOf(capable && capable->version == 0 ? MptcpVersion::k0 : MptcpVersion::k1);
}

// Version and flags, and in version 0 the client's key, are repeated with both keys in the third packet. Without them the SYN counts
// as one without the option: 0. Data without them is not followed by any with them: in version 1 they stand on the first data until
// that is acknowledged (RFC 8684 3.1), in version 0 on the third ACK only, which then was lost (docs/decisions/version-0.md).
std::size_t RepeatCapableOfSyn(const wire::SegmentView& ack, std::span<std::byte> space) {
  const auto capable = core::FindCapable(ack);
  if (!capable || !capable->receiver_key || capable->version > 1) return 0;
  wire::MpCapable said{.version = capable->version, .flags = capable->flags};
  if (DialectOf(ack).keys_in_syn) said.sender_key = capable->sender_key;
  return wire::WriteMpCapable(space, said);
}

}  // namespace

void Host::AnswerWithCookie(const wire::SegmentView& syn, const Listener& listener, Instant now) {
  const auto option = core::FindCapable(syn);
  if (option) counters_.Add(Counter::kMPCapableSYNRX);
  const core::Negotiated negotiated = core::OnCapableSyn(option, listener.options);
  if (negotiated.drop_syn) {
    counters_.Add(Counter::kMPCapableSYNIgnored);
    return;
  }
  const SeqNum cookie = CookieOf(secret_, syn, now);
  std::array<std::byte, wire::kMaxOptionBytes> bytes;
  std::size_t length = 0;
  if (negotiated.multipath) {
    const core::Dialect& dialect = core::DialectOf(negotiated.version);
    const crypto::Key key = CookieKey(secret_, dialect, TupleOf(syn), syn.seq, cookie, options_.token_shard);
    // RFC 8684 3.1: the token must be unique, and there is no other key that we could recognise: then no MP_CAPABLE.
    if (tokens_.Find(dialect.Derive(key).token) == UINT32_MAX) {
      length = wire::WriteMpCapable(
          bytes, core::CapableSynAck(dialect, key, negotiated.checksum, listener.options.deny_join_initial_address));
    } else {
      counters_.Add(Counter::kMPFallbackTokenInit);
    }
  }
  if (!Reply(MakeCookieSynAck(syn, cookie, listener.options, secret_, std::span(bytes).first(length), now))) return;
  counters_.Add(Counter::kSyncookiesSent);
  cookies_until_ = now + SynCookie::kLongestLife;
}

void Host::AnswerJoinWithCookie(const wire::SegmentView& syn, const wire::MpJoinSyn& join, core::Connection& connection,
                                Instant now) {
  const FourTuple tuple = TupleOf(syn);
  const SeqNum cookie = CookieOf(secret_, syn, now);
  const auto answer = connection.AnswerJoin(syn, join, CookieNonce(secret_, tuple, syn.seq, cookie), now);
  if (!answer) {
    Refuse(syn, answer.error());
    return;
  }
  std::array<std::byte, wire::kMaxOptionBytes> bytes;
  const std::size_t length = wire::WriteMpJoinSynAck(bytes, *answer);
  if (!Reply(MakeCookieSynAck(syn, cookie, connection.options(), secret_, std::span(bytes).first(length), now))) return;
  join_table_.Put(secret_.Hash(tuple), syn.seq, join);
  counters_.Add(Counter::kSyncookiesSent);
  cookies_until_ = now + SynCookie::kLongestLife;
}

// False: not for us. A cookie that is wrong is answered as any ACK to a listener (RFC 9293 3.10.7.2): by a RST.
bool Host::ReceiveCookieAck(const wire::SegmentView& ack, Instant now) {
  const bool join = !core::FindJoin(ack).empty();
  const std::uint32_t listener = listeners_.ForDestination(ack.destination);
  if (!join && listener == UINT32_MAX) return false;
  const auto syn = RebuildSyn(ack, secret_, now);
  if (!syn) {
    counters_.Add(Counter::kSyncookiesFailed);
    return false;
  }
  if (!join) return ReceiveFirstCookieAck(ack, *syn, listener, now);
  ReceiveJoinCookieAck(ack, *syn, now);
  return true;
}

bool Host::ReceiveFirstCookieAck(const wire::SegmentView& ack, wire::SegmentView syn, std::uint32_t listener_index, Instant now) {
  Listener& listener = *listeners_.At(listener_index);
  if (connections_.size() >= options_.max_connections || listener.accept_queue.size() >= listener.backlog) {
    // The client believes that it is connected and will say so again.
    counters_.Add(connections_.size() >= options_.max_connections ? Counter::kConnectionLimit : Counter::kListenOverflow);
    return true;
  }
  std::array<std::byte, wire::kMaxOptionBytes> option;
  if (const std::size_t length = RepeatCapableOfSyn(ack, option); length > 0) {
    syn.mptcp[syn.mptcp_count++] = std::span(option).first(length);
  } else if (ack.mptcp_count > 0 && ack.payload.empty()) {
    return true;  // the segment with the keys was lost or overtaken; it comes again
  }
  const std::uint32_t index = connections_.Add(std::make_unique<core::Connection>(*this, listener.options));
  ConnectionSlot& slot = connections_[index];
  slot.listener = listener_index;
  slot.listener_generation = listener.generation;
  const SeqNum cookie = ack.ack - 1;
  const core::CookieOpening opening{.isn = cookie, .key = CookieKey(secret_, DialectOf(ack), TupleOf(ack), syn.seq, cookie, options_.token_shard)};
  if (!slot.connection->AcceptFirst(syn, now, {.fast_open = {}, .cookie = opening})) {
    Destroy(index);
    return true;
  }
  counters_.Add(Counter::kSyncookiesRecv);
  slot.connection->Receive(0, ack, now);
  if (slot.connection->IsEstablished()) {
    MarkReady(index);
  } else {
    Destroy(index);
  }
  return true;
}

void Host::ReceiveJoinCookieAck(const wire::SegmentView& ack, const wire::SegmentView& syn, Instant now) {
  const FourTuple tuple = TupleOf(ack);
  JoinTable::Slot* slot = join_table_.Find(secret_.Hash(tuple), syn.seq);
  const std::uint32_t index = slot != nullptr ? tokens_.Find(slot->join.receiver_token) : UINT32_MAX;
  if (index == UINT32_MAX) {
    counters_.Add(Counter::kSyncookiesFailed);
    Refuse(ack, wire::MpTcpRst{.transient = true, .reason = wire::ResetReason::kNoResources});
    return;
  }
  const SeqNum cookie = ack.ack - 1;
  const core::CookieJoin join{.isn = cookie, .nonce = CookieNonce(secret_, tuple, syn.seq, cookie)};
  if (const auto accepted = connections_[index].connection->AcceptProvenJoin(syn, slot->join, join, ack, now); !accepted) {
    Refuse(ack, accepted.error());
    return;
  }
  slot->used = false;
  counters_.Add(Counter::kSyncookiesRecv);
  MarkReady(index);
}

}  // namespace mptcpp::stack
