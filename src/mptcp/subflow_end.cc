// SPDX-License-Identifier: Apache-2.0
// How subflows end, one and the last one: what each end means to the path policy, to the data it held and to the connection.
#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

// RFC 8684 3.6: the delay before the next attempt SHOULD depend on the reason. A host short of memory, or that found the path too
// slow, will not think otherwise a moment later.
int PatienceFor(const std::optional<wire::MpTcpRst>& reason) {
  using enum wire::ResetReason;
  constexpr int kLong = 10;
  if (!reason) return 1;
  return reason->reason == kNoResources || reason->reason == kTooMuchData || reason->reason == kBadPerformance ? kLong : 1;
}

}  // namespace

// The peer has finished with this subflow (RFC 8684 3.3.3: a FIN has subflow scope). While it is the only way to deliver what
// we still have, it is used on; otherwise we finish it, too.
void Core::CloseHalfClosed(SubflowEntry& entry, Instant now) {
  const bool sending = send.una() != send.end() || close.FinUnacknowledged();
  // After the peer's DATA_FIN its FINs only say that it has nothing to send; before, that it gives this subflow up, although it
  // may have more to say: then a new one is needed, and is not looked for while this one stays.
  if (peer_fin_taken ? sending || close.CanWrite() : sending && !AnotherUsable(entry)) return;
  entry.close_called = true;
  entry.health = SubflowHealth::kClosing;
  entry.tcp.Close(now);
}

path_manager::Ending Core::EndingOf(const SubflowEntry& entry, const tcp::Facts& facts) const {
  using path_manager::Ending;
  if (entry.reset_option) {  // we refused it
    return entry.reset_option->transient || entry.reset_option->reason == wire::ResetReason::kBadPerformance ? Ending::kLost
                                                                                                             : Ending::kRefused;
  }
  if (facts.reset) {
    if (entry.peer_reset) return entry.peer_reset->transient ? Ending::kLost : Ending::kRefused;  // RFC 8684 3.6
    return entry.ready ? Ending::kLost : Ending::kRefused;
  }
  if (facts.timed_out || facts.unreachable) return Ending::kLost;
  return entry.close_called && !entry.half_closed ? Ending::kWanted : Ending::kLost;
}

void Core::OnSubflowClosed(SubflowEntry& entry, const tcp::Facts& facts, Instant now) {
  if (reap_mask & entry.bit()) return;
  reap_mask |= entry.bit();
  reap_needed = true;
  entry.health = SubflowHealth::kClosing;
  reinjections.Unpark();
  if (IsMultipath() && !failure) HandOn(entry);
  entry.ReleaseOutstanding();
  std::optional<Error> error;
  if (facts.reset) error = entry.ready ? Error::kReset : Error::kRefused;
  if (facts.timed_out) error = Error::kTimedOut;
  if (facts.unreachable) error = Error::kUnreachable;
  if (next_attempt || (facts.reset && TryWithoutOption(entry))) return;  // OpenAgain() when it is gone
  LeavePolicy(entry, EndingOf(entry, facts), now, PatienceFor(entry.peer_reset));
  paths_changed = IsMultipath();
  const bool was_a_join = !entry.ready && !entry.IsFirst();
  if (!failure && !close.IsDone() && !was_a_join && (!established || !IsMultipath())) {
    // Plain TCP, or not even that: the subflow was the connection. Ended in order only if both FINs passed.
    const bool in_order = established && !error && peer_fin_taken && close.FinAcknowledged();
    if (!in_order && close.state() != DataState::kFastcloseWait) Fail(error.value_or(Error::kReset), now);
  }
  if (entry.ready || error) ReportSubflow(EventKind::kSubflowClosed, entry.id, error);
}

void Core::ResetSubflow(SubflowEntry& entry, wire::MpTcpRst reason, Instant now) {
  if (entry.tcp.IsClosed()) return;
  if (!entry.reset_option) entry.reset_option = reason;
  entry.health = SubflowHealth::kClosing;
  entry.close_called = true;
  HandOn(entry);
  AbortSubflow(entry, now);
}

void Core::AbortSubflow(SubflowEntry& entry, Instant now) {
  entry.tcp.Abort(now);
  if (entry.tcp.IsClosed()) reap_needed = true;
}

// Closed subflows leave. Here, and not where they close, because packets that Transmit() handed out may still point to bytes
// that only they keep.
void Core::Reap(Instant now) {
  reap_needed = false;
  for (bool found = true; found;) {
    found = false;
    ForEach([&](SubflowEntry& entry) {
      if (!entry.tcp.IsClosed() || (reap_mask & entry.bit()) != 0) return;
      OnSubflowClosed(entry, entry.tcp.TakeFacts(), now);
      found = true;
    });
  }
  while (reap_mask != 0) {
    const int index = std::countr_zero(reap_mask);
    reap_mask &= reap_mask - 1;
    SubflowEntry& entry = *entries[static_cast<std::size_t>(index)];
    Remember(entry);
    if (entry.join.state() == Join::State::kSynReceived) --half_open_joins;
    host.ReleaseTuple(entry.tcp.tuple());
    alive &= ~entry.bit();
    window_blocked_on &= ~entry.bit();
    entries[static_cast<std::size_t>(index)].reset();
  }
  if (alive == 0 && next_attempt && !failure) {
    OpenAgain(now);
  } else if (alive == 0) {
    OnLastSubflowGone(now);
  }
}

void Core::OnLastSubflowGone(Instant now) {
  // The last Data ACK was lost with its subflow: everything had been delivered and both sides said goodbye.
  if (close.FinUnacknowledged() && close.PeerClosed() && send.una() == send.end()) {
    close.OnFinAcknowledged();
    ReportEndOnce();
  }
  close.OnSubflowsGone();
  fastclose_timer = Instant::Infinite();  // nobody is left who could repeat it
  if (close.state() == DataState::kClosed || failure || !established) return;
  // Break before make (RFC 8684 3.3.3): the connection outlives its subflows for a while.
  // Attempts do not buy time, only a subflow that is established does.
  if (close_deadline.IsInfinite()) close_deadline = now + options.close_timeout;
  paths_changed = true;
}

}  // namespace mptcpp::core
