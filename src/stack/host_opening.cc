// SPDX-License-Identifier: Apache-2.0
// SYNs: for a listener, or for a connection that a token names. What exceeds a limit is answered without keeping anything, or
// not at all (docs/limits.md).
#include <algorithm>

#include "mptcp/negotiation.h"
#include "stack/host.h"
#include "stack/reset_reply.h"
#include "wire/mptcp_options.h"

namespace mptcpp::stack {

void Host::ReceiveJoin(const wire::SegmentView& segment, const wire::MpJoinSyn& join, Instant now) {
  const std::uint32_t index = tokens_.Find(join.receiver_token);
  if (index == UINT32_MAX) {  // what the connection would have counted
    counters_.Add(Counter::kMPJoinSynRx);
    if (join.backup) counters_.Add(Counter::kMPJoinSynBackupRx);
    counters_.Add(Counter::kMPJoinNoTokenFound);
    Refuse(segment, wire::MpTcpRst{.reason = wire::ResetReason::kMptcpError});
    return;
  }
  core::Connection& connection = *connections_[index].connection;
  const bool crowded = half_open_joins_ >= options_.max_half_open_joins ||
                       connection.half_open_joins() >= connection.half_open_joins_limit();
  if (crowded) counters_.Add(Counter::kMPJoinHalfOpenLimit);
  if (options_.syn_cookies == SynCookies::kAlways || (crowded && options_.syn_cookies == SynCookies::kOnPressure)) {
    AnswerJoinWithCookie(segment, join, connection, now);
    return;
  }
  if (crowded) {
    Refuse(segment, wire::MpTcpRst{.transient = true, .reason = wire::ResetReason::kNoResources});
    return;
  }
  if (const auto accepted = connection.AcceptJoin(segment, join, now); !accepted) {
    Refuse(segment, accepted.error());
    return;
  }
  CountHalfOpenJoins(connections_[index], connection.half_open_joins());
  MarkReady(index);
}

void Host::ReceiveFirstSyn(const wire::SegmentView& segment, std::uint32_t listener_index, Instant now) {
  Listener& listener = *listeners_.At(listener_index);
  if (connections_.size() >= options_.max_connections) {
    counters_.Add(Counter::kConnectionLimit);
    return;
  }
  if (listener.accept_queue.size() >= listener.backlog) {
    counters_.Add(Counter::kListenOverflow);
    return;
  }
  const bool pressure = half_open_ >= options_.max_half_open ||
                        listener.accept_queue.size() + listener.half_open >= listener.backlog;
  if (options_.syn_cookies == SynCookies::kAlways || (pressure && options_.syn_cookies == SynCookies::kOnPressure)) {
    if (pressure) counters_.Add(Counter::kTCPReqQFullDoCookies);
    AnswerWithCookie(segment, listener, now);
    return;
  }
  if (pressure) {
    counters_.Add(Counter::kTCPReqQFullDrop);
    return;
  }
  const std::uint32_t index = connections_.Add(std::make_unique<core::Connection>(*this, listener.options));
  ConnectionSlot& slot = connections_[index];
  slot.listener = listener_index;
  slot.listener_generation = listener.generation;
  slot.half_open = true;
  ++half_open_;
  ++listener.half_open;
  const core::PassiveOpening opening{.fast_open = AnswerFastOpen(segment, listener, now), .cookie = {}};
  slot.fast_open_pending = opening.fast_open.accepted;
  slot.fast_open_listener = listener_index;
  if (const auto accepted = slot.connection->AcceptFirst(segment, now, opening); !accepted) {
    if (accepted.error() != Error::kInvalidArgument) counters_.Add(Counter::kListenOverflow);
    Destroy(index);
    return;
  }
  MarkReady(index);
}

// RFC 7413 4.2.2: a valid cookie opens the connection at once, unless too many do (5.1); any other gets the right one.
tcp::FastOpenAnswer Host::AnswerFastOpen(const wire::SegmentView& syn, Listener& listener, Instant now) {
  using Verdict = FastOpenCookies::Verdict;
  tcp::FastOpenAnswer answer;
  if (!listener.options.fast_open || !syn.options.has_fast_open) return answer;
  const core::Negotiated negotiated = core::OnCapableSyn(core::FindCapable(syn), listener.options);
  if (negotiated.drop_syn || (negotiated.multipath && negotiated.version == MptcpVersion::k0)) return answer;
  const IpAddress& client = syn.source.address;
  const IpAddress& server = syn.destination.address;
  Verdict verdict = Verdict::kWrong;
  if (syn.options.fast_open_cookie.empty()) {
    counters_.Add(Counter::kTCPFastOpenCookieReqd);
  } else {
    verdict = fast_open_cookies_.Check(syn.options.fast_open_cookie, client, server, now);
    if (verdict == Verdict::kWrong) counters_.Add(Counter::kTCPFastOpenPassiveFail);
    if (verdict == Verdict::kValidByOldKey) counters_.Add(Counter::kTCPFastOpenPassiveAltKey);
  }
  if (verdict != Verdict::kWrong) {
    answer.accepted = listener.fast_opens.TryEnter(listener.options.fast_open_pending_limit, now);
    counters_.Add(answer.accepted ? Counter::kTCPFastOpenPassive : Counter::kTCPFastOpenListenOverflow);
  }
  if (verdict != Verdict::kValid) {
    const std::size_t length = negotiated.multipath ? FastOpenCookies::kShortLength : FastOpenCookies::kLength;
    answer.cookie = fast_open_cookies_.Make(client, server, length, now);
  }
  return answer;
}

void Host::LeaveFastOpen(ConnectionSlot& slot, Instant now) {
  slot.fast_open_pending = false;
  const std::uint32_t index = slot.fast_open_listener;
  Listener& listener = *listeners_.At(index);
  if (listener.open && listener.generation == slot.listener_generation) {
    listener.fast_opens.Leave(slot.connection->failure() == Error::kReset, now);
  }
}

void Host::CountHalfOpenJoins(ConnectionSlot& slot, std::uint8_t count) {
  half_open_joins_ = half_open_joins_ - slot.half_open_joins + count;
  slot.half_open_joins = count;
}

bool Host::Reply(const TxPacket& packet) {
  if (replies_.size() >= kMaxPendingReplies) return false;
  if (replies_.full()) replies_.set_capacity(std::max<std::size_t>(64, replies_.capacity() * 2));
  replies_.push_back(packet);
  return true;
}

void Host::Refuse(const wire::SegmentView& segment, std::optional<wire::MpTcpRst> reason) {
  if (!Reply(MakeReset(segment, reason))) {
    counters_.Add(Counter::kRstLimited);
    return;
  }
  counters_.Add(Counter::kRstTx);
  if (reason) counters_.Add(Counter::kMPRstTx);
}

}  // namespace mptcpp::stack
