// SPDX-License-Identifier: Apache-2.0
// What a call of the caller can be answered with. What the peer or the network does wrong is never one of these: it has a
// verdict, a counter (counters.h) and the RFC's reaction.
#pragma once

#include <cstdint>
#include <expected>

namespace mptcpp {

enum class Error : std::uint8_t {
  kUnknownHandle,      // never existed, or is gone: handles carry a generation
  kInvalidArgument,    // an address without family, port 0 where one is needed, an unknown name, a value out of range
  kAddressInUse,       // another listener has this address and port
  kNoPorts,            // every ephemeral port towards this peer is taken
  kLimit,              // a configured limit is reached (connections, subflows, endpoints)
  kWouldBlock,         // nothing to read or accept, or no room to write: try again after the event
  kShutdown,           // writing after ShutdownWrite() or Close()
  kNotMultipath,       // the connection fell back to TCP: it has one path only
  kRefused,            // the peer refused (RST) the connection
  kTimedOut,           // the peer did not answer, or stopped answering
  kReset,              // the peer or the network tore the connection down (RST, MP_FASTCLOSE)
  kUnreachable,        // ICMP says so, and it stayed so
  kAborted,            // torn down by Abort()
};

// A short sentence for people.
const char* ToString(Error error);

template <typename T>
using Expected = std::expected<T, Error>;

}  // namespace mptcpp
