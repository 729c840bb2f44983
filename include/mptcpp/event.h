// SPDX-License-Identifier: Apache-2.0
// What happened, for the application. Level-triggered and bounded: per connection one bit per kind that stays until polled;
// readable and writable are reported again only after new progress. Subflow and address events carry their id.
#pragma once

#include <cstdint>

#include "mptcpp/error.h"
#include "mptcpp/handle.h"

namespace mptcpp {

enum class EventKind : std::uint8_t {
  kAcceptable,         // a listener has a connection for Accept()
  kEstablished,        // the handshake is done; Info() says whether it is multipath
  kReadable,           // bytes, or the end of the stream
  kWritable,           // room in the send buffer again
  kPeerClosed,         // the peer will send no more (DATA_FIN or FIN)
  kClosed,             // both directions ended in order; the handle dies with Release()
  kFailed,             // `error` says why; the handle dies with Release()
  kFallback,           // the connection is plain TCP from now on; Info().fallback says why
  kSubflowEstablished, // `subflow`
  kSubflowClosed,      // `subflow`, `error` if it was not in order
  kAddressAnnounced,   // the peer announced an address: `address_id`
  kAddressRemoved,     // the peer withdrew `address_id`
  kPriorityChanged,    // the peer changed the backup flag of `subflow`
};

struct Event {
  EventKind kind{};
  ConnectionId connection;
  ListenerId listener;
  SubflowId subflow;
  AddressId address_id;
  Error error{};
  bool has_error = false;
};

}  // namespace mptcpp
