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
    case FallbackReason::kPeerNotCapable: return "the peer's SYN or SYN/ACK had no MP_CAPABLE";
    case FallbackReason::kVersionNotSpoken: return "the peer offers a version of MPTCP that is not spoken here";
    case FallbackReason::kUnusableCapable: return "the peer's MP_CAPABLE had a form or flags that cannot be used";
    case FallbackReason::kSynTimeout: return "SYNs with MP_CAPABLE stayed unanswered";
    case FallbackReason::kSynRefused: return "a SYN with MP_CAPABLE was refused, one without was not";
    case FallbackReason::kBlackHole: return "this path has swallowed SYNs with MP_CAPABLE before";
    case FallbackReason::kThirdAckWithoutOption: return "the third ACK had no MP_CAPABLE";
    case FallbackReason::kForeignKey: return "the third ACK showed keys that are not those of this connection";
    case FallbackReason::kFirstDataWithoutMapping: return "the first data came without a mapping";
    case FallbackReason::kNoDataAck: return "data was acknowledged without a Data ACK";
    case FallbackReason::kChecksum: return "a DSS checksum was wrong on the only subflow";
    case FallbackReason::kPeerReportedFailure: return "the peer found a DSS checksum wrong on the only subflow (MP_FAIL)";
    case FallbackReason::kInfiniteMappingReceived: return "the peer went back to TCP (infinite mapping)";
    case FallbackReason::kChecksumRefused: return "the peer demands checksums, which are forbidden here";
    case FallbackReason::kSimultaneousOpen: return "both ends opened at the same time";
    case FallbackReason::kTokenCollision: return "no unique token was found";
  }
  return "?";
}

std::string_view WordOf(FallbackReason reason) {
  switch (reason) {
    case FallbackReason::kNone: return "none";
    case FallbackReason::kNotRequested: return "not-requested";
    case FallbackReason::kPeerNotCapable: return "peer-not-capable";
    case FallbackReason::kVersionNotSpoken: return "version-not-spoken";
    case FallbackReason::kUnusableCapable: return "unusable-mp-capable";
    case FallbackReason::kSynTimeout: return "syn-timeout";
    case FallbackReason::kSynRefused: return "syn-refused";
    case FallbackReason::kBlackHole: return "black-hole";
    case FallbackReason::kThirdAckWithoutOption: return "third-ack-without-option";
    case FallbackReason::kForeignKey: return "foreign-key";
    case FallbackReason::kFirstDataWithoutMapping: return "first-data-without-mapping";
    case FallbackReason::kNoDataAck: return "no-data-ack";
    case FallbackReason::kChecksum: return "checksum";
    case FallbackReason::kPeerReportedFailure: return "peer-reported-failure";
    case FallbackReason::kInfiniteMappingReceived: return "infinite-mapping";
    case FallbackReason::kChecksumRefused: return "checksum-refused";
    case FallbackReason::kSimultaneousOpen: return "simultaneous-open";
    case FallbackReason::kTokenCollision: return "token-collision";
  }
  return "?";
}

std::string_view ToString(MptcpVersion version) { return version == MptcpVersion::k0 ? "0" : "1"; }

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
