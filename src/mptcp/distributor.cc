// SPDX-License-Identifier: Apache-2.0
// Which bytes leave on which subflow: snapshots of the subflows go to the scheduler, its decision becomes one super-segment.
// Order: what a subflow must send for its own sake, what has to be sent again elsewhere, redundant copies, new data, pure ACKs.
#include <algorithm>

#include "mptcp/core.h"
#include "scheduler/opportunistic.h"

namespace mptcpp::core {
namespace {

constexpr std::size_t kMaxCopies = 256;  // a subflow that lags so far behind is not worth more copies

Bytes SentOn(const SubflowEntry& entry) { return Bytes(static_cast<std::int64_t>(entry.tcp.stream_offset_sent())); }

}  // namespace

Expected<void> Core::SetScheduler(std::string_view name) {
  const scheduler::SchedulerInfo* found = scheduler::FindScheduler(name, host.schedulers());
  if (found == nullptr) return std::unexpected(Error::kInvalidArgument);
  chosen_scheduler = found;
  scheduler_state = {};
  return {};
}

bool Core::Transmit(TxPacket& out, Instant now) {
  clock = now;
  for (std::uint32_t left = alive & ~reap_mask; left != 0; left &= left - 1) {
    SubflowEntry& entry = *entries[static_cast<std::size_t>(std::countr_zero(left))];
    if (!entry.tcp.TransmitUrgent(out, now)) continue;
    if (entry.tcp.IsClosed()) reap_needed = true;  // a RST: settled with the next call that is not Transmit()
    return true;
  }
  if (established && !failure && !third_ack_owed) {
    if (!reinjections.empty() && TransmitReinjection(out, now)) return true;
    if (!copies.empty() && TransmitCopy(out, now)) return true;
    if (snd_nxt < send.end() && TransmitFresh(out, now)) return true;
    // The application would go on, but the send buffer is full of what was sent: that is a shut window, too.
    if (snd_nxt == send.end() && writable_wanted) {
      TryOpportunistic(now);
      if (!copies.empty() && TransmitCopy(out, now)) return true;
    }
  }
  for (std::uint32_t left = alive & ~reap_mask; left != 0; left &= left - 1) {
    if (entries[static_cast<std::size_t>(std::countr_zero(left))]->tcp.TransmitAck(out, now)) return true;
  }
  TellWhetherDataWaits();
  return false;
}

// Pacing, tail loss probes and delivery rate samples want to know whether there is more to send.
void Core::TellWhetherDataWaits() {
  const bool waiting = established && !failure && ((snd_nxt < send.end() && snd_right > snd_nxt) || !reinjections.empty());
  ForEach([&](SubflowEntry& entry) {
    if (!entry.IsUsable() || (!waiting && !entry.data_waiting && !entry.sent_since_told)) return;
    entry.data_waiting = waiting;
    entry.sent_since_told = false;
    entry.tcp.SetDataWaiting(waiting);
  });
}

std::uint64_t Core::SpaceOf(const SubflowEntry& entry, Instant now) const {
  const Bytes space = entry.tcp.SendSpace(now);
  if (space > Bytes()) return static_cast<std::uint64_t>(space.count());
  // The shared window is open (RFC 8684 3.3.5: the largest that any subflow has shown), but here the last word was "shut", and the
  // word that it is open may be lost with the path. One segment asks, and its silence tells.
  const bool shut_here = IsMultipath() && entry.out.empty() && entry.tcp.peer_window() < Bytes(entry.tcp.effective_mss());
  if (shut_here && entry.IsUsable() && AnotherUsable(entry) && snd_right >= snd_nxt + entry.tcp.effective_mss()) return entry.tcp.effective_mss();
  return entry.tcp.WantsProbeData() ? entry.tcp.effective_mss() : 0;
}

// `carried`: subflows that had the segment in question.
std::span<const scheduler::SubflowSnapshot> Core::TakeSnapshots(std::uint32_t carried, Instant now) {
  std::size_t n = 0;
  ForEach([&](const SubflowEntry& entry) {
    snapshots[n++] = {.index = entry.index,
                      .usable = entry.IsUsable(),
                      .backup = entry.local_backup || entry.remote_backup,
                      .stale = entry.IsSilent(),
                      .carried_segment = (carried & entry.bit()) != 0,
                      .over_cap = SentOn(entry) >= entry.preference.data_cap,
                      .weight = entry.preference.weight,
                      .cost = entry.preference.cost,
                      .cwnd = entry.tcp.cwnd(),
                      .in_flight = entry.tcp.in_flight(),
                      .space = Bytes(static_cast<std::int64_t>(SpaceOf(entry, now))),
                      .sent = SentOn(entry),
                      .mss = entry.tcp.effective_mss(),
                      .smoothed_rtt = entry.tcp.smoothed_rtt(),
                      .rtt_variation = entry.tcp.rtt_variation(),
                      .pacing_rate = entry.tcp.pacing_rate()};
  });
  return std::span(snapshots).first(n);
}

// The subflow for the next segment; nullptr: wait. `others` gets the bits of those that want a copy.
SubflowEntry* Core::Choose(std::uint64_t unsent, std::uint64_t window, std::uint32_t carried, std::uint32_t& others,
                           Instant now) {
  others = 0;
  if (SubflowEntry* only = Only()) return only->IsUsable() && SpaceOf(*only, now) > 0 ? only : nullptr;
  const scheduler::Snapshot snapshot{.now = now,
                                     .subflows = TakeSnapshots(carried, now),
                                     .unsent = Bytes(static_cast<std::int64_t>(unsent)),
                                     .send_window = Bytes(static_cast<std::int64_t>(std::min<std::uint64_t>(window, INT64_MAX))),
                                     .opportunistic_copies = opportunistic_copies};
  const scheduler::Decision decision = chosen_scheduler->choose(snapshot, scheduler_state);
  const std::uint32_t chosen = decision.subflows & UsableMask();
  std::uint32_t ready = 0;  // a copy may wait for space, the original may not
  for (const scheduler::SubflowSnapshot& s : snapshot.subflows) ready |= s.space > Bytes() ? 1u << s.index : 0u;
  if ((chosen & ready) == 0) return nullptr;
  const auto first = static_cast<std::size_t>(std::countr_zero(chosen & ready));
  others = chosen & ~entries[first]->bit();
  return entries[first].get();
}

// RFC 9293 3.7.4 is about what TCP has not acknowledged, which is the subflow's business: a Data ACK that is held up by another
// subflow is no reason to hold up the next short segment.
bool Core::IsSmallOutstanding() const {
  if (last_small_end <= send.una()) return false;
  const SubflowEntry* carrier = FindById(last_small_on);
  return carrier != nullptr && carrier->tcp.stream_offset_acked() < last_small_stream_end;
}

// How much of `wanted` bytes of new data to send now: whole segments, and the short rest only as Nagle allows it (Minshall's
// form: one short segment may be outstanding, RFC 9293 3.7.4).
std::uint32_t Core::LengthFor(const SubflowEntry& entry, std::uint64_t wanted, std::uint64_t window, Instant now) const {
  // A probe of the path's MTU is one segment of data, longer than the others, with more behind it (RFC 8899).
  const std::uint32_t probe = entry.tcp.MtuProbeBytes(now);
  if (probe > 0 && std::min(wanted, window) > std::uint64_t{probe} * 3) return probe;
  const std::uint64_t limit = std::min({window, SpaceOf(entry, now), std::uint64_t{kMaxSuperSegment}});
  const std::uint64_t n = std::min(wanted, limit);
  const std::uint32_t mss = entry.tcp.effective_mss();
  const auto rest = static_cast<std::uint32_t>(n % mss);
  if (rest == 0) return static_cast<std::uint32_t>(n);
  const bool small_allowed =
      n == wanted ? options.tcp.no_delay || close.FinUnacknowledged() || !IsSmallOutstanding() : snd_nxt == send.una();
  return static_cast<std::uint32_t>(small_allowed ? n : n - rest);
}

bool Core::TransmitOn(SubflowEntry& entry, std::uint64_t offset, std::uint32_t length, std::uint32_t carried, TxPacket& out,
                      Instant now) {
  const std::uint64_t end = offset + length;
  // MP_CAPABLE, which stands for the first mapping until the peer has our key, has no DATA_FIN flag.
  const bool capable_form = entry.role == Role::kFirstActive && !key_confirmed && entry.tcp.stream_offset_sent() == syn_payload_out;
  const bool fin = IsMultipath() && !capable_form && end == send.end() && close.FinUnacknowledged();
  entry.sent_since_told = true;
  const tcp::PayloadRange range = entry.BeginMapping(offset, length, fin, carried, now);
  entry.tcp.TransmitNew(range, end == send.end(), out, now);
  if (fin) close.OnFinSent(now, entry.tcp.rto());
  if (data_timer.IsInfinite() && IsMultipath()) RestartDataTimer(now);
  return true;
}

bool Core::TransmitFresh(TxPacket& out, Instant now) {
  // New data does not fit into the shared window: what may be sent is a copy of what blocks it.
  const auto transmit_against_shut_window = [&] {
    Count(Counter::kSndWndShared);
    TryOpportunistic(now);
    return !copies.empty() && TransmitCopy(out, now);
  };
  const std::uint64_t unsent = send.end() - snd_nxt;
  const std::uint64_t window = snd_right > snd_nxt ? snd_right - snd_nxt : 0;
  if (window == 0) {
    UpdateWindowBlocked(true, now);
    return transmit_against_shut_window();
  }
  std::uint32_t others = 0;
  SubflowEntry* entry = Choose(unsent, window, 0, others, now);
  const std::uint32_t length = entry != nullptr ? LengthFor(*entry, unsent, window, now) : 0;
  if (length == 0) {
    if (entry == nullptr) UpdateWindowBlocked(true, now);
    // Less than a segment is left of the window: for who has more to send it is shut.
    return entry != nullptr && window < unsent && transmit_against_shut_window();
  }
  const std::uint64_t offset = snd_nxt;
  snd_nxt += length;
  const bool mtu_probe = length == entry->tcp.MtuProbeBytes(now);
  if (length % entry->tcp.effective_mss() != 0 && !mtu_probe) {
    last_small_end = snd_nxt;
    last_small_stream_end = entry->tcp.stream_offset_sent() + length;
    last_small_on = entry->id;
  }
  UpdateWindowBlocked(false, now);
  TransmitOn(*entry, offset, length, 0, out, now);
  if (others != 0 && copies.size() < kMaxCopies) {
    copies.Push({.data_offset = offset, .length = length, .carried = entry->bit(), .targets = others});
  }
  if (AllSent() && close.FinUnacknowledged() && mode != Mode::kNegotiating) {
    if (!IsMultipath())
      CloseSubflows(now);
    else if (!close.fin_sent())
      SendDataFin(now);
  }
  return true;
}

bool Core::TransmitReinjection(TxPacket& out, Instant now) {
  for (reinjections.SkipAcknowledged(send.una()); !reinjections.empty(); reinjections.SkipAcknowledged(send.una())) {
    ReinjectRange& range = reinjections.front();
    std::uint32_t candidates = 0;
    ForEach([&](const SubflowEntry& entry) {
      if (entry.IsUsable() && !entry.IsSilent()) candidates |= entry.bit();
    });
    candidates &= ~range.carried;
    if (candidates == 0) {
      if (UsableMask() == 0) return false;  // nobody now: the next subflow takes it
      if ((UsableMask() & ~range.carried) != 0) {
        reinjections.Park();
      } else {
        reinjections.PopFront();
      }
      continue;
    }
    std::uint32_t others = 0;
    SubflowEntry* entry = Choose(range.length, range.length, alive & ~candidates, others, now);
    if (entry == nullptr || (candidates & entry->bit()) == 0) entry = BestOf(candidates, now);
    if (entry == nullptr) return false;  // all of them are full
    const auto length =
        static_cast<std::uint32_t>(std::min<std::uint64_t>({range.length, SpaceOf(*entry, now), kMaxSuperSegment}));
    const std::uint64_t offset = range.data_offset;
    const std::uint32_t carried = range.carried;
    range.data_offset += length;
    range.length -= length;
    if (range.length == 0) reinjections.PopFront();
    Count(Counter::kMPTCPRetrans);
    bytes_reinjected += length;
    entry->bytes_reinjected += length;
    return TransmitOn(*entry, offset, length, carried, out, now);
  }
  return false;
}

SubflowEntry* Core::BestOf(std::uint32_t candidates, Instant now) const {
  SubflowEntry* best = nullptr;
  for (std::uint32_t left = candidates; left != 0; left &= left - 1) {
    SubflowEntry& entry = *entries[static_cast<std::size_t>(std::countr_zero(left))];
    if (SpaceOf(entry, now) == 0) continue;
    if (best == nullptr || entry.tcp.smoothed_rtt() < best->tcp.smoothed_rtt()) best = &entry;
  }
  return best;
}

bool Core::TransmitCopy(TxPacket& out, Instant now) {
  for (copies.SkipAcknowledged(send.una()); !copies.empty(); copies.SkipAcknowledged(send.una())) {
    ReinjectRange& range = copies.front();
    range.targets &= UsableMask();
    if (range.targets == 0) {
      copies.PopFront();
      continue;
    }
    SubflowEntry* entry = BestOf(range.targets, now);
    if (entry == nullptr) return false;
    const auto length =
        static_cast<std::uint32_t>(std::min<std::uint64_t>({range.length, SpaceOf(*entry, now), kMaxSuperSegment}));
    const std::uint64_t offset = range.data_offset;
    const std::uint32_t carried = range.carried;
    Count(range.opportunistic ? Counter::kOpportunisticRetrans : Counter::kMPTCPRetrans);
    if (length == range.length) {
      range.carried |= entry->bit();
      range.targets &= ~entry->bit();
    } else {
      // The rest of this copy follows before anybody else's.
      const std::uint32_t later = range.targets & ~entry->bit();
      if (later != 0)
        copies.Push({.data_offset = offset, .length = range.length, .carried = carried | entry->bit(), .targets = later});
      ReinjectRange& again = copies.front();
      again.targets = entry->bit();
      again.data_offset += length;
      again.length -= length;
    }
    if (copies.front().targets == 0) copies.PopFront();
    entry->bytes_reinjected += length;
    bytes_reinjected += length;
    return TransmitOn(*entry, offset, length, carried, out, now);
  }
  return false;
}

// Raiciu et al., NSDI 2012: the shared window or the send buffer is what stops us, so send again what blocks it. While the buffer
// has room and only waits for enough of it to wake the application, nobody is to blame.
void Core::TryOpportunistic(Instant now) {
  if (!IsMultipath() || opportunistic_at == send.una() || std::popcount(UsableMask()) < 2) return;
  scheduler::BlockingSegment head;
  ReinjectRange range;
  ForEach([&](SubflowEntry& entry) {
    if (now - entry.penalised_at >= entry.tcp.smoothed_rtt()) head.penalise_allowed |= entry.bit();
    const OutgoingMapping* const blocking = entry.out.At(send.una());
    if (blocking == nullptr) return;
    head.holders |= entry.bit();
    range = {.data_offset = blocking->data_offset, .length = blocking->length, .carried = blocking->carried, .opportunistic = true};
  });
  if (head.holders == 0) return;
  const scheduler::Snapshot snapshot{.now = now,
                                     .subflows = TakeSnapshots(range.carried, now),
                                     .unsent = Bytes(static_cast<std::int64_t>(send.end() - snd_nxt))};
  const scheduler::OpportunisticDecision decision = scheduler::DecideOpportunistic(snapshot, head);
  if (options.opportunistic_retransmission && decision.retransmit_on < kMaxSubflows) {
    opportunistic_at = send.una();
    range.targets = 1u << decision.retransmit_on;
    copies.Push(range);
    ++opportunistic_copies;
  }
  const bool stopped = snd_nxt < send.end() || send.Space() == Bytes();
  if (options.penalisation && stopped) Penalise(decision.penalise, now);
}

void Core::Penalise(std::uint32_t subflows, Instant now) {
  for (std::uint32_t left = subflows & alive; left != 0; left &= left - 1) {
    SubflowEntry& entry = *entries[static_cast<std::size_t>(std::countr_zero(left))];
    const congestion::Control& control = entry.tcp.controller().control();
    const Bytes mss(entry.tcp.effective_mss());
    const bool slow_start = control.cwnd < control.ssthresh;
    const Bytes cwnd = Larger(control.cwnd / 2, mss);
    const Bytes ssthresh = slow_start ? control.ssthresh : Larger(control.ssthresh / 2, mss * 2);
    entry.tcp.controller().LimitWindow(cwnd, ssthresh);
    entry.penalised_at = now;
    Count(Counter::kPenalisations);
  }
}

// With data waiting, a shut window and nothing outstanding that would bring an ACK, somebody must probe (RFC 9293 3.8.6.1).
void Core::UpdateWindowBlocked(bool blocked, Instant now) {
  if (!blocked) {
    if (window_blocked_on == 0) return;
    for (std::uint32_t left = window_blocked_on & alive; left != 0; left &= left - 1) {
      entries[static_cast<std::size_t>(std::countr_zero(left))]->tcp.SetWindowBlocked(false, now);
    }
    window_blocked_on = 0;
    return;
  }
  std::uint32_t probing = UsableMask();
  ForEach([&](const SubflowEntry& entry) {
    if (entry.tcp.MaySendEarly()) probing &= ~entry.bit();  // its third ACK will say more
  });
  if (probing == 0) {
    if (const SubflowEntry* last = BestForSignal()) probing = last->bit();
  }
  if ((probing & ~window_blocked_on) == 0) return;
  bool outstanding = false;
  ForEach([&](const SubflowEntry& entry) { outstanding |= !entry.out.empty(); });
  if (outstanding) return;
  // All of them: one alone might be dead without knowing it.
  for (std::uint32_t left = probing & ~window_blocked_on; left != 0; left &= left - 1) {
    entries[static_cast<std::size_t>(std::countr_zero(left))]->tcp.SetWindowBlocked(true, now);
  }
  window_blocked_on |= probing;
}

}  // namespace mptcpp::core
