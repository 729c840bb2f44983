// SPDX-License-Identifier: Apache-2.0
// Listening sockets and the connections that wait in front of them.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/ip_address.h"
#include "mptcpp/error.h"
#include "mptcpp/handle.h"
#include "mptcpp/options.h"
#include "stack/fast_open.h"

namespace mptcpp::stack {

struct Listener {
  SocketAddress local;
  ConnectionOptions options;
  std::uint32_t backlog = 0;
  FastOpenQueue fast_opens;
  std::uint32_t half_open = 0;              // connections of it that are not established yet
  std::deque<std::uint32_t> accept_queue;   // established, not accepted: slots in the connection store
  std::uint32_t generation = 0;
  bool open = false;
};

class ListenerTable {
 public:
  Expected<ListenerId> Open(const SocketAddress& local, const ConnectionOptions& options, std::uint32_t backlog);
  // nullptr for a stale handle.
  Listener* Find(ListenerId id);
  Listener* At(std::uint32_t index) { return &listeners_[index]; }
  void Close(ListenerId id);
  // The listener for a SYN to `destination`: the exact address first, then the wildcard of its family. UINT32_MAX: none.
  std::uint32_t ForDestination(const SocketAddress& destination) const;
  ListenerId IdOf(std::uint32_t index) const { return {index, listeners_[index].generation}; }

 private:
  std::vector<Listener> listeners_;
};

}  // namespace mptcpp::stack
