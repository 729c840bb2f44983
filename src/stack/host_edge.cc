// SPDX-License-Identifier: Apache-2.0
#include "mptcp/join.h"
#include "stack/host.h"
#include "wire/tcp_segment.h"

namespace mptcpp::stack {
void Host::Receive(std::span<const RxPacket> batch, Instant now) {
  wire::SegmentView segment;
  for (const RxPacket& packet : batch) {
    switch (wire::ParseSegment(packet, segment)) {
      case wire::ParseResult::kOk: ReceiveOne(segment, now); break;
      case wire::ParseResult::kBadChecksum: counters_.Add(Counter::kBadChecksum); break;
      case wire::ParseResult::kTooShort:
      case wire::ParseResult::kBadOffset: counters_.Add(Counter::kBadSegment); break;
    }
  }
}

void Host::ReceiveOne(const wire::SegmentView& segment, Instant now) {
  const TupleOwner owner = tuples_.Find({segment.destination, segment.source});
  if (owner.connection == UINT32_MAX) {
    ReceiveUnknown(segment, now);
    return;
  }
  core::Connection& connection = *connections_[owner.connection].connection;
  if (segment.flags.syn && connection.GiveWay(owner.subflow, segment, now)) {
    MarkReady(owner.connection);
    ReceiveUnknown(segment, now);
    return;
  }
  connection.Receive(owner.subflow, segment, now);
  MarkReady(owner.connection);
}

void Host::ReceiveUnknown(const wire::SegmentView& segment, Instant now) {
  if (segment.flags.rst) {
    counters_.Add(Counter::kNoConnection);
    return;
  }
  if (segment.flags.syn && !segment.flags.ack) {
    // RFC 8684 3.2: a join is found by its token, whatever the port and whether or not anybody listens.
    if (const auto join = wire::ParseMpJoinSyn(core::FindJoin(segment))) {
      ReceiveJoin(segment, *join, now);
      return;
    }
    const std::uint32_t listener = listeners_.ForDestination(segment.destination);
    if (listener != UINT32_MAX) {
      ReceiveFirstSyn(segment, listener, now);
      return;
    }
  } else if (segment.flags.ack && !segment.flags.syn && now < cookies_until_ && ReceiveCookieAck(segment, now)) {
    return;
  }
  counters_.Add(Counter::kNoConnection);
  if (options_.answer_unknown) Refuse(segment, std::nullopt);
}

void Host::ReceiveIcmp(const wire::IcmpError& error, Instant now) {
  const TupleOwner owner = tuples_.Find(error.tuple);
  if (owner.connection == UINT32_MAX) {
    counters_.Add(Counter::kIcmpIgnored);
    return;
  }
  connections_[owner.connection].connection->ReceiveIcmp(owner.subflow, error, now);
  MarkReady(owner.connection);
}

std::size_t Host::Transmit(std::span<TxPacket> out, Instant now) {
  std::size_t filled = 0;
  while (filled < out.size() && !replies_.empty()) {
    out[filled++] = replies_.front();
    replies_.pop_front();
  }
  while (filled < out.size() && !ready_.empty()) {
    const std::uint32_t index = ready_.front();
    ready_.pop_front();
    ConnectionSlot& slot = connections_[index];
    slot.ready = false;
    if (!slot.connection) continue;
    bool more = true;
    for (std::size_t burst = 0; more && burst < kTransmitBurst && filled < out.size(); ++burst) {
      TxPacket& packet = out[filled];
      packet = TxPacket{};
      more = slot.connection->Transmit(packet, now);
      if (more) ++filled;
    }
    if (more) {
      MarkReady(index);
    } else {
      Settle(index, now);
    }
  }
  return filled;
}

void Host::OnDeadline(Instant now) {
  // Each connection that is due is told once; it is put back with its new deadline when it has nothing more to send.
  for (std::uint32_t index = deadlines_.PopDue(now); index != UINT32_MAX; index = deadlines_.PopDue(now)) {
    core::Connection& connection = *connections_[index].connection;
    const Instant real = connection.NextDeadline();
    if (real > now) {
      deadlines_.Set(index, real);
      continue;
    }
    connection.OnDeadline(now);
    MarkReady(index);
  }
}

void Host::MarkReady(std::uint32_t index) {
  ConnectionSlot& slot = connections_[index];
  if (slot.ready || !slot.connection) return;
  slot.ready = true;
  if (ready_.full()) ready_.set_capacity(ready_.capacity() < 16 ? 16 : ready_.capacity() * 2);
  ready_.push_back(index);
}

void Host::Settle(std::uint32_t index, Instant now) {
  ConnectionSlot& slot = connections_[index];
  if (slot.half_open && slot.connection->IsEstablished()) LeaveHalfOpen(slot);
  if (slot.fast_open_pending && !slot.connection->IsFastOpenPending()) LeaveFastOpen(slot, now);
  CountHalfOpenJoins(slot, slot.connection->half_open_joins());
  if (slot.connection->IsFinished() && !slot.held && (slot.listener == UINT32_MAX || slot.half_open)) {
    Destroy(index);
    return;
  }
  deadlines_.Set(index, slot.connection->NextDeadline());
}

void Host::LeaveHalfOpen(ConnectionSlot& slot) {
  slot.half_open = false;
  --half_open_;
  Listener& listener = *listeners_.At(slot.listener);
  if (listener.open && listener.generation == slot.listener_generation) --listener.half_open;
}

void Host::Destroy(std::uint32_t index) {
  ConnectionSlot& slot = connections_[index];
  if (slot.half_open) LeaveHalfOpen(slot);
  if (slot.fast_open_pending) LeaveFastOpen(slot, Instant());
  CountHalfOpenJoins(slot, 0);
  deadlines_.Remove(index);
  connections_.Remove(index);
}

std::size_t Host::PollEvents(std::span<Event> out) {
  std::size_t filled = 0;
  while (filled < out.size() && !events_.empty()) {
    const Event event = events_.Pop();
    if (event.kind == EventKind::kAcceptable) {
      if (listeners_.Find(event.listener)) out[filled++] = event;
      continue;
    }
    const std::uint32_t index = connections_.IndexOf(event.connection);
    if (index == UINT32_MAX) continue;  // released meanwhile
    if (IsMerged(event.kind)) connections_[index].pending_events &= static_cast<std::uint16_t>(~BitOf(event.kind));
    out[filled++] = event;
  }
  return filled;
}

}  // namespace mptcpp::stack
