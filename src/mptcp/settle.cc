// SPDX-License-Identifier: Apache-2.0
// What follows from a call on a subflow: its facts and the notes of its entry become actions, once the call is over.
#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

constexpr Duration kDataLevelTimeWait = Duration::Seconds(1);
constexpr wire::MpTcpRst kClosedReason{.transient = false, .reason = wire::ResetReason::kUnspecified};

}  // namespace

void Core::Report(EventKind kind) { host.Report(connection, {.kind = kind}); }

void Core::ReportSubflow(EventKind kind, SubflowId id, std::optional<Error> error) {
  Event event{.kind = kind, .subflow = id};
  event.has_error = error.has_value();
  if (error) event.error = *error;
  host.Report(connection, event);
}

void Core::ReportAddress(EventKind kind, AddressId id) { host.Report(connection, {.kind = kind, .address_id = id}); }

SubflowEntry* Core::FindById(SubflowId id) const {
  SubflowEntry* found = nullptr;
  ForEach([&](SubflowEntry& entry) {
    if (entry.id == id) found = &entry;
  });
  return found;
}

SubflowEntry* Core::BestForSignal() const {
  SubflowEntry* best = nullptr;
  ForEach([&](SubflowEntry& entry) {
    if (!entry.ready || !tcp::IsSynchronized(entry.tcp.state()) || entry.tcp.state() == tcp::State::kTimeWait) return;
    const auto better = [&] {
      const bool closing = entry.health == SubflowHealth::kClosing, best_closes = best->health == SubflowHealth::kClosing;
      if (closing != best_closes) return best_closes;  // its address may be gone already
      if (entry.close_called != best->close_called) return best->close_called;
      if (entry.IsSilent() != best->IsSilent()) return best->IsSilent();
      return entry.last_answer > best->last_answer;
    };
    if (best == nullptr || better()) best = &entry;
  });
  return best;
}

std::uint32_t Core::UsableMask() const {
  std::uint32_t mask = 0;
  ForEach([&](const SubflowEntry& entry) {
    if (entry.IsUsable()) mask |= entry.bit();
  });
  return mask;
}

bool Core::AnotherUsable(const SubflowEntry& besides) const { return (UsableMask() & ~besides.bit()) != 0; }

void Core::Settle(SubflowEntry& entry, Instant now) {
  const tcp::Facts facts = entry.tcp.TakeFacts();
  const bool complete =
      mode != Mode::kNegotiating && entry.join.IsComplete() && tcp::IsSynchronized(entry.tcp.state());
  if (!entry.ready && (complete || entry.tcp.MaySendEarly())) OnReady(entry, now);
  if (complete && IsMultipath() && entry.IsFirst() && !counted_established) OnProvenLate(entry, now);
  if (facts.ack_advanced) OnAnswered(entry, now);
  if (facts.tlp_fired || facts.rto_fired) OnSilence(entry, now);
  if (facts.keepalive_answered) {
    entry.remove_pending = false;
    if (entry.IsSilent()) entry.tcp.RetryNow(now);
  }
  if (entry.acked_without_data_ack || entry.infinite_received || entry.peer_reported_failure) SettleFallback(entry, now);
  if (entry.bad_mapping) OnBadMapping(entry, now);
  // After a fallback the FIN is the end of the data, also when the application closed, or a DATA_FIN went out, before it.
  if (mode == Mode::kPlainTcp && established && close.FinUnacknowledged() && AllSent()) CloseSubflows(now);
  if (facts.peer_fin) {
    entry.half_closed = true;
    if (!IsMultipath()) OnPlainFin(now);
  }
  if (facts.fin_acknowledged && !IsMultipath()) fin_acked = true;
  if (entry.half_closed && !entry.close_called && IsMultipath()) CloseHalfClosed(entry, now);
  if (!IsMultipath()) SettleEnd(now);
  if (facts.closed) OnSubflowClosed(entry, facts, now);
  if (close.IsDone() && IsMultipath() && entry.tcp.state() == tcp::State::kTimeWait && !entry.time_wait_shortened) {
    // The data level knows already that all is done (RFC 8684 3.3.3).
    entry.time_wait_shortened = true;
    entry.tcp.ShortenTimeWait(kDataLevelTimeWait, now);
  }
  if (entry.want_ack) {
    entry.want_ack = false;
    entry.tcp.RequestAck();
  }
}

void Core::SettleConnection(Instant now) {
  if (fastclose_from != nullptr) {
    SubflowEntry& from = *fastclose_from;
    fastclose_from = nullptr;
    OnFastclose(from, now);
  }
  if (data_acked) {
    data_acked = false;
    data_timer_backoff = 0;
    RestartDataTimer(now);
  }
  if (writable_wanted) {
    send.Follow(snd_nxt - send.una());
    if (send.Space() >= send.limit() / 4) {
      writable_wanted = false;
      Report(EventKind::kWritable);
    }
  }
  if (received) {
    received = false;
    Report(EventKind::kReadable);
  }
  SettleEnd(now);
  if (unwanted_data) RejectUnwanted(now);
  if (removed || paths_changed) RunPaths(now);
  if (reap_needed) Reap(now);
}

// Both ways in which a direction ends.
void Core::SettleEnd(Instant now) {
  if (fin_acked) {
    fin_acked = false;
    OnFinAcknowledged(now);
  }
  if (peer_fin && !peer_fin_taken && receive.next() >= *peer_fin) TakePeerFin(now);
}

void Core::OnReady(SubflowEntry& entry, Instant now) {
  entry.ready = true;
  entry.last_answer = now;
  ++ever_established;
  if (entry.IsFirst()) {
    established = true;
    established_at = now;
    RememberPath(now);
    close.OnEstablished();
    if (IsMultipath()) {
      Count(Counter::kMPCurrEstab);
      counted_established = true;
    }
    paths_changed = IsMultipath();
    Report(EventKind::kEstablished);
    // Closed by the application before it was open.
    if (close.FinUnacknowledged() && AllSent() && mode != Mode::kNegotiating) SendDataFin(now);
    return;
  }
  policy.OnEstablished(entry.local_id, entry.policy_remote_id);
  ReportSubflow(EventKind::kSubflowEstablished, entry.id);
  if (close.FinAcknowledged()) {
    entry.tcp.Close(now);
    entry.close_called = true;
    return;
  }
  // What silent subflows hold may have found no other carrier before.
  reinjections.Unpark();
  ForEach([&](SubflowEntry& other) {
    if (other.IsSilent()) HandOn(other);
  });
  close_deadline = Instant::Infinite();
  if (data_timer == Instant::Infinite()) RestartDataTimer(now);
}

void Core::OnAnswered(SubflowEntry& entry, Instant now) {
  entry.last_answer = now;
  if (entry.IsSilent()) reinjections.Unpark();
  entry.silent = false;
  entry.next_probe = Instant::Infinite();
  if (entry.health == SubflowHealth::kStale) {
    entry.health = SubflowHealth::kGood;
    Count(Counter::kSubflowRecover);
  }
}

void Core::OnDataAcknowledged(std::uint64_t offset) {
  if (offset > send.end()) {
    fin_acked = true;
    offset = send.end();
  }
  if (offset <= send.una()) return;
  send.OnDataAcknowledged(offset, snd_nxt > offset ? snd_nxt - offset : 0);
  data_acked = true;
}

void Core::OnPeerDataFin(std::uint64_t offset) {
  // Outside the window it is nobody's (3.3.4): remembering it would shut out the right one.
  if (!peer_fin && offset >= receive.next() && offset <= receive.right_edge()) peer_fin = offset;
}

// A DATA_FIN that is not in order yet means nothing once a checksum was wrong: it counted bytes that are not the ones we have.
void Core::ForgetPeerFin() {
  if (!peer_fin_taken) peer_fin.reset();
}

// After a fallback the FIN is the end of the stream, and it is in sequence: whatever is missing at data level in front of it, or in
// front of a DATA_FIN that was heard before, will never come. That must not look like an end.
void Core::OnPlainFin(Instant now) {
  const bool missing = receive.out_of_order() > Bytes() || (peer_fin && *peer_fin > receive.next());
  if (missing) return Fail(Error::kReset, now);
  OnPeerDataFin(receive.next());
}

void Core::TakePeerFin(Instant) {
  peer_fin_taken = true;
  close.OnPeerFin();
  Report(EventKind::kPeerClosed);
  Report(EventKind::kReadable);
  if (IsMultipath()) {
    if (SubflowEntry* entry = BestForSignal()) entry->tcp.RequestAck();
  }
  ReportEndOnce();
}

// The longest silence between two deliveries while more was known to come: a byte was missing, or the last segment did not end
// what the peer had to say (no PSH).
void Core::NoteAdvance(bool was_blocked) {
  received = true;
  if (was_blocked || was_flowing) longest_gap = Longer(longest_gap, clock - last_advance);
  last_advance = clock;
  was_flowing = flowing;
}

// The window is relative to what was read: every subflow may have a larger one to say.
void Core::AfterReading(Instant now) {
  Duration round_trip;
  ForEach([&](const SubflowEntry& entry) { round_trip = Longer(round_trip, entry.tcp.smoothed_rtt()); });
  receive.Autotune(now, round_trip);
  ForEach([&](SubflowEntry& entry) {
    if (entry.ready && !entry.half_closed) entry.tcp.OnReceiveWindowGrew(now);
  });
}

// --- deadlines --------------------------------------------------------------------------------------------------------------

Instant Core::NextDeadline() const {
  if (reap_needed || reap_mask != 0) return clock;
  Instant next = Sooner(Sooner(data_timer, fastclose_timer), Sooner(close_deadline, orphan_deadline));
  if (IsMultipath()) {
    next = Sooner(next, close.NextDeadline());
    if (MaySignal()) next = Sooner(next, announcer.NextDeadline());
    if (MayJoin()) next = Sooner(next, policy.NextDeadline());
  }
  const bool several = IsMultipath() && std::popcount(UsableMask()) > 1;
  ForEach([&](const SubflowEntry& entry) {
    next = Sooner(next, Sooner(entry.tcp.NextDeadline(), entry.join.NextRepeat()));
    if (several) next = Sooner(next, Sooner(entry.SilenceDeadline(), entry.next_probe));
    if (entry.remove_pending) next = Sooner(next, entry.remove_deadline);
  });
  return next;
}

void Core::OnDeadline(Instant now) {
  clock = now;
  ForEach([&](SubflowEntry& entry) {
    if (reap_mask & entry.bit()) return;
    if (entry.tcp.NextDeadline() <= now) entry.tcp.OnDeadline(now);
    if (entry.join.NextRepeat() <= now) {
      if (entry.join.OnRepeat(now)) {
        entry.want_ack = true;
      } else {
        ResetSubflow(entry, {.transient = true, .reason = wire::ResetReason::kUnspecified}, now);
      }
    }
    if (entry.remove_pending && entry.remove_deadline <= now) {
      entry.remove_pending = false;
      Count(Counter::kRmSubflow);
      ResetSubflow(entry, kClosedReason, now);
    }
    Settle(entry, now);
  });
  if (IsMultipath()) {
    OnSilenceDeadline(now);
    if (data_timer <= now) OnDataTimer(now);
    if (close.NextDeadline() <= now) SendDataFin(now);
    if (paths_started) RunPaths(now);
  }
  if (fastclose_timer <= now) OnFastcloseTimer(now);
  if (orphan_deadline <= now) {
    orphan_deadline = Instant::Infinite();
    if (!close.IsDone()) (void)Abort(now);
  }
  if (close_deadline <= now) {
    close_deadline = Instant::Infinite();
    Fail(Error::kTimedOut, now);
  }
  SettleConnection(now);
}

}  // namespace mptcpp::core
