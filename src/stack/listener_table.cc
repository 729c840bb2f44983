// SPDX-License-Identifier: Apache-2.0
#include "stack/listener_table.h"

namespace mptcpp::stack {

Expected<ListenerId> ListenerTable::Open(const SocketAddress& local, const ConnectionOptions& options, std::uint32_t backlog) {
  if (local.address.IsNone() || local.port == 0 || local.address.IsMulticast()) return std::unexpected(Error::kInvalidArgument);
  std::uint32_t free = UINT32_MAX;
  for (std::uint32_t i = 0; i < listeners_.size(); ++i) {
    if (listeners_[i].open && listeners_[i].local == local) return std::unexpected(Error::kAddressInUse);
    if (!listeners_[i].open && free == UINT32_MAX) free = i;
  }
  if (free == UINT32_MAX) {
    free = static_cast<std::uint32_t>(listeners_.size());
    listeners_.emplace_back();
  }
  Listener& listener = listeners_[free];
  listener.local = local;
  listener.options = options;
  listener.backlog = backlog == 0 ? 1 : backlog;
  listener.half_open = 0;
  listener.fast_opens = {};
  listener.open = true;
  return IdOf(free);
}

Listener* ListenerTable::Find(ListenerId id) {
  if (id.index >= listeners_.size()) return nullptr;
  Listener& listener = listeners_[id.index];
  return listener.open && listener.generation == id.generation ? &listener : nullptr;
}

void ListenerTable::Close(ListenerId id) {
  Listener* listener = Find(id);
  if (!listener) return;
  listener->open = false;
  listener->accept_queue.clear();
  ++listener->generation;
}

std::uint32_t ListenerTable::ForDestination(const SocketAddress& destination) const {
  std::uint32_t wildcard = UINT32_MAX;
  for (std::uint32_t i = 0; i < listeners_.size(); ++i) {
    const Listener& listener = listeners_[i];
    if (!listener.open || listener.local.port != destination.port) continue;
    if (listener.local.address == destination.address) return i;
    if (listener.local.address.IsUnspecified() && listener.local.address.family() == destination.address.family()) wildcard = i;
  }
  return wildcard;
}

}  // namespace mptcpp::stack
