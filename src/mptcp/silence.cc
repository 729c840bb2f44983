// SPDX-License-Identifier: Apache-2.0
// Carries out what reinjection.h decides: hands on what silent, closed and reset subflows hold, marks stale ones, and runs the
// data-level timer for data that a subflow acknowledged but the peer's data level never did (RFC 8684 3.3.6).
#include <algorithm>

#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

constexpr std::uint32_t kDataTimerRange = 64 * 1024;
constexpr int kMaxBackoff = 6;
constexpr Duration kLeastDataTimer = Duration::Millis(200);

}  // namespace

void Core::OnSilence(SubflowEntry& entry, Instant now) {
  if (!IsMultipath()) return;
  if (entry.health == SubflowHealth::kGood && entry.tcp.consecutive_timeouts() >= kStaleTimeouts) {
    entry.health = SubflowHealth::kStale;
    Count(Counter::kSubflowStale);
  }
  if (!AnotherUsable(entry)) {
    // The peer said FIN here and no DATA_FIN, and takes nothing more. A new subflow is needed, and not looked for while this one stays.
    const bool given_up = entry.half_closed && !peer_fin_taken && entry.health == SubflowHealth::kStale;
    if (given_up) ResetSubflow(entry, {.transient = true, .reason = wire::ResetReason::kBadPerformance}, now);
    return;
  }
  if (!entry.IsSilent() || entry.next_probe.IsInfinite()) entry.next_probe = now + kProbeInterval;
  entry.silent = true;
  HandOn(entry);
}

// Every outstanding range of this subflow goes on the queue once, if there is a subflow that has not had it.
void Core::HandOn(SubflowEntry& entry) {
  if (!IsMultipath()) return;
  const std::uint32_t candidates = UsableMask() & ~entry.bit();
  // A closed subflow's ranges are queued in any case: the next subflow will take them.
  const bool closing = entry.health == SubflowHealth::kClosing;
  if (candidates == 0 && !closing) return;
  for (std::size_t i = entry.out.FirstNotReinjected(); i < entry.out.size(); ++i) {
    OutgoingMapping& mapping = entry.out[i];
    if (mapping.reinjected || mapping.DataEnd() <= send.una()) continue;
    const std::uint32_t carried = closing ? mapping.carried & ~entry.bit() : mapping.carried;
    if (!closing && (candidates & ~carried) == 0) continue;
    mapping.reinjected = true;
    reinjections.Push({.data_offset = mapping.data_offset, .length = mapping.length, .carried = carried});
  }
}

void Core::OnSilenceDeadline(Instant now) {
  if (std::popcount(UsableMask()) < 2) return;
  ForEach([&](SubflowEntry& entry) {
    if (entry.SilenceDeadline() <= now) OnSilence(entry, now);
    if (entry.next_probe <= now) ProbeSilent(entry, now);
  });
}

void Core::ProbeSilent(SubflowEntry& entry, Instant now) {
  const bool waits = entry.IsSilent() && !entry.out.empty() && !entry.tcp.IsClosed();
  entry.next_probe = waits ? now + kProbeInterval : Instant::Infinite();
  if (waits) entry.tcp.ProbeNow(now);
}

void Core::RestartDataTimer(Instant now) {
  if (!IsMultipath() || failure || snd_nxt == send.una()) {
    data_timer = Instant::Infinite();
    return;
  }
  Duration longest = kLeastDataTimer;
  ForEach([&](const SubflowEntry& entry) { longest = Longer(longest, entry.tcp.rto()); });
  data_timer = now + longest * (1 << std::min(data_timer_backoff, kMaxBackoff));
}

void Core::OnDataTimer(Instant now) {
  ++data_timer_backoff;
  bool held = false;
  ForEach([&](const SubflowEntry& entry) {
    if (!entry.out.empty() && entry.out.front().data_offset <= send.una()) held = true;
  });
  // While a subflow still owes the head to the peer, its own retransmission does the work.
  const bool stalled = !held && snd_nxt > send.una();
  if (!stalled || data_timer_backoff == 1) data_stalled_since = now;
  if (stalled && now - data_stalled_since >= options.tcp.user_timeout) {
    Fail(Error::kTimedOut, now);
    return;
  }
  // Nothing was ever acknowledged at data level, on the only path, and no ACK is to come: options do not pass it, and the peer may
  // long have fallen back. What is sent to it twice it would take for new (RFC 8684 3.7).
  SubflowEntry* only = nullptr;
  ForEach([&](SubflowEntry& entry) {
    if (entry.IsFirst() && IsAlone(entry, Joins::kUnused)) only = &entry;
  });
  if (stalled && send.una() == 0 && only != nullptr && only->ready && !only->proven && only->out.empty()) {
    Count(Counter::kDssFallback);
    return FallBackLater(*only, FallbackReason::kNoDataAck, Joins::kUnused, now);
  }
  if (stalled && reinjections.empty()) {
    const auto length = static_cast<std::uint32_t>(std::min<std::uint64_t>(snd_nxt - send.una(), kDataTimerRange - 1));
    // One subflow after the other: a box that acknowledged this and lost it would do so again.
    const std::uint32_t usable = UsableMask();
    std::uint32_t turn = usable;
    for (int skip = usable == 0 ? 0 : data_timer_backoff % std::popcount(usable); skip > 0; --skip) turn &= turn - 1;
    reinjections.Push({.data_offset = send.una(), .length = length, .carried = usable & ~(turn & (0u - turn))});
  }
  RestartDataTimer(now);
}

}  // namespace mptcpp::core
