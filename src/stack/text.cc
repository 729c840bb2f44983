// SPDX-License-Identifier: Apache-2.0
// The words behind the public enums.
#include "mptcpp/counters.h"
#include "mptcpp/error.h"
#include "mptcpp/statistics.h"

namespace mptcpp {

const char* ToString(Error error) {
  switch (error) {
    case Error::kUnknownHandle: return "no such connection, listener or subflow";
    case Error::kInvalidArgument: return "invalid argument";
    case Error::kAddressInUse: return "address and port are in use";
    case Error::kNoPorts: return "no ephemeral port is left towards this peer";
    case Error::kLimit: return "a configured limit is reached";
    case Error::kWouldBlock: return "not ready yet";
    case Error::kShutdown: return "this direction is shut down";
    case Error::kNotMultipath: return "the connection is plain TCP: it has one path only";
    case Error::kRefused: return "the peer refused the connection";
    case Error::kTimedOut: return "the peer does not answer";
    case Error::kReset: return "the peer or the network reset the connection";
    case Error::kUnreachable: return "the peer is unreachable";
    case Error::kAborted: return "aborted";
  }
  return "unknown error";
}

std::string_view ToString(Mode mode) {
  switch (mode) {
    case Mode::kNegotiating: return "negotiating";
    case Mode::kMultipath: return "multipath";
    case Mode::kInfiniteMapping: return "infinite mapping";
    case Mode::kPlainTcp: return "plain TCP";
  }
  return "?";
}

std::string_view ToString(FallbackReason reason) {
  switch (reason) {
    case FallbackReason::kNone: return "none";
    case FallbackReason::kNotRequested: return "multipath was not asked for";
    case FallbackReason::kPeerNotCapable: return "the peer's SYN or SYN/ACK had no usable MP_CAPABLE";
    case FallbackReason::kSynTimeout: return "SYNs with MP_CAPABLE stayed unanswered";
    case FallbackReason::kThirdAckWithoutOption: return "the third ACK had no usable MP_CAPABLE";
    case FallbackReason::kFirstDataWithoutMapping: return "the first data came without a mapping";
    case FallbackReason::kNoDataAck: return "data was acknowledged without a Data ACK";
    case FallbackReason::kChecksum: return "a DSS checksum failed on the only subflow";
    case FallbackReason::kInfiniteMappingReceived: return "the peer sent an infinite mapping";
    case FallbackReason::kSimultaneousOpen: return "both ends opened at the same time";
    case FallbackReason::kTokenCollision: return "no unique token was found";
  }
  return "?";
}

std::string_view ToString(DataState state) {
  switch (state) {
    case DataState::kPreEstablished: return "PRE-ESTABLISHED";
    case DataState::kEstablished: return "M_ESTAB";
    case DataState::kFinWait1: return "M_FINWAIT1";
    case DataState::kFinWait2: return "M_FINWAIT2";
    case DataState::kCloseWait: return "M_CLOSEWAIT";
    case DataState::kClosing: return "M_CLOSING";
    case DataState::kLastAck: return "M_LASTACK";
    case DataState::kTimeWait: return "M_TIMEWAIT";
    case DataState::kFastcloseWait: return "FASTCLOSE_WAIT";
    case DataState::kClosed: return "M_CLOSED";
  }
  return "?";
}

std::span<const CounterText> CounterTexts() {
  static constexpr CounterText kTexts[] = {
#define MPTCPP_COUNTER_TEXT(name, sentence) {#name, sentence},
      MPTCPP_COUNTERS(MPTCPP_COUNTER_TEXT)
#undef MPTCPP_COUNTER_TEXT
  };
  return kTexts;
}

}  // namespace mptcpp
