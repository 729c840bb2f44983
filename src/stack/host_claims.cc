// SPDX-License-Identifier: Apache-2.0
// What connections ask of their endpoint: tokens, 4-tuples, events.
#include "stack/host.h"

namespace mptcpp::stack {

bool Host::ClaimToken(Token token, core::Connection& connection) { return tokens_.Insert(token, connection.stack_index); }

Expected<FourTuple> Host::ClaimTuple(FourTuple wanted, std::uint16_t preferred_port, core::Connection& connection,
                                     std::uint16_t subflow_index) {
  if (wanted.local.port == 0) {
    FourTuple preferred = wanted;
    preferred.local.port = preferred_port;
    wanted.local.port = preferred_port != 0 && TupleIsFree(preferred) ? preferred_port : FindEphemeralPort(wanted);
    if (wanted.local.port == 0) return std::unexpected(Error::kNoPorts);
  }
  if (!tuples_.Insert(wanted, {connection.stack_index, subflow_index})) return std::unexpected(Error::kAddressInUse);
  return wanted;
}

// RFC 6056 3.3.1: a random start, then the next free one. 0: none is free.
std::uint16_t Host::FindEphemeralPort(FourTuple wanted) {
  const std::uint32_t first = options_.first_ephemeral_port;
  const std::uint32_t count = options_.last_ephemeral_port - first + 1u;
  const std::uint32_t start = random_.Next32() % count;
  for (std::uint32_t i = 0; i < count; ++i) {
    wanted.local.port = static_cast<std::uint16_t>(first + (start + i) % count);
    if (TupleIsFree(wanted)) return wanted.local.port;
  }
  return 0;
}

void Host::Report(core::Connection& connection, const Event& event) {
  const std::uint32_t index = connection.stack_index;
  if (index == UINT32_MAX) return;
  ConnectionSlot& slot = connections_[index];
  Event full = event;
  full.connection = connections_.IdOf(index);
  if (event.kind == EventKind::kEstablished && slot.listener != UINT32_MAX) {
    if (slot.half_open) LeaveHalfOpen(slot);
    Listener& listener = *listeners_.At(slot.listener);
    if (listener.open && listener.generation == slot.listener_generation) {
      listener.accept_queue.push_back(index);
      events_.Push({.kind = EventKind::kAcceptable, .listener = listeners_.IdOf(slot.listener)});
    }
  }
  if (!IsMerged(event.kind)) {
    if (slot.held) events_.Push(full);
    return;
  }
  if (slot.pending_events & BitOf(event.kind)) return;
  slot.pending_events |= BitOf(event.kind);
  if (slot.held) events_.Push(full);  // otherwise Accept() puts it into the queue
}

}  // namespace mptcpp::stack
