// SPDX-License-Identifier: Apache-2.0
// What a connection and its subflows have done so far. Plain values, copied out by Endpoint::Info().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ip_address.h"
#include "base/time.h"
#include "base/units.h"
#include "mptcpp/handle.h"
#include "mptcpp/options.h"

namespace mptcpp {

enum class Mode : std::uint8_t { kNegotiating, kMultipath, kInfiniteMapping, kPlainTcp };

// Why a connection is not, or no longer, multipath, as this side saw it. docs/fallback.md says for each what on a network causes
// it and what to do. The other side may have another reason: what one host detects, the other is told.
enum class FallbackReason : std::uint8_t {
  kNone,
  kNotRequested,             // ConnectionOptions::multipath was false
  kPeerNotCapable,           // SYN or SYN/ACK without MP_CAPABLE (or with an MP_JOIN beside it)
  kVersionNotSpoken,         // an MP_CAPABLE of a version that ConnectionOptions::version does not allow
  kUnusableCapable,          // an MP_CAPABLE of the wrong form, with flag B, or without an algorithm that we know
  kSynTimeout,               // SYNs with MP_CAPABLE stayed unanswered, one without was answered
  kSynRefused,               // a SYN with MP_CAPABLE met a RST, one without was answered (ConnectionOptions::tcp_after_refusal)
  kBlackHole,                // this path has swallowed MP_CAPABLE lately (EndpointOptions::blackhole_timeout): it was not offered
  kThirdAckWithoutOption,    // the client's first packet after the SYN/ACK had no MP_CAPABLE
  kForeignKey,               // the third ACK showed other keys than those of this connection
  kFirstDataWithoutMapping,  // the peer's first data came bare
  kNoDataAck,                // our first data was acknowledged without Data ACK
  kChecksum,                 // a DSS checksum was wrong on the only subflow
  kPeerReportedFailure,      // MP_FAIL: the peer found a DSS checksum wrong on the only subflow
  kInfiniteMappingReceived,  // the peer went back to TCP
  kChecksumRefused,          // the peer demands checksums (flag A), which ConnectionOptions::refuse_checksum forbids
  kSimultaneousOpen,         // both ends opened at the same time: MP_CAPABLE has no form for that
  kTokenCollision,           // no key was found whose token is free
};
std::string_view ToString(FallbackReason reason);  // a sentence
std::string_view WordOf(FallbackReason reason);    // one word with hyphens, stable: for programs
std::string_view ToString(MptcpVersion version);   // "0", "1"
std::string_view ToString(Mode mode);

// Data-level state, RFC 8684 appendix D.
enum class DataState : std::uint8_t {
  kPreEstablished, kEstablished, kFinWait1, kFinWait2, kCloseWait, kClosing, kLastAck, kTimeWait, kFastcloseWait, kClosed
};
std::string_view ToString(DataState state);

enum class SubflowHealth : std::uint8_t { kGood, kStale, kClosing };

struct SubflowInfo {
  SubflowId id;
  FourTuple tuple;
  AddressId local_address_id;
  AddressId remote_address_id;
  std::string_view tcp_state;    // RFC 9293 name
  std::string_view congestion;   // name of its controller
  SubflowHealth health = SubflowHealth::kGood;
  bool local_backup = false;     // we want it as backup (we told the peer)
  bool remote_backup = false;    // the peer wants it as backup for what we send
  std::uint32_t mss = 0;
  std::uint32_t path_mtu = 0;    // IP packet size that is used
  std::uint32_t mtu_probes = 0, mtu_probes_lost = 0;  // RFC 8899
  bool mtu_searching = false;    // larger sizes are being tried
  bool ecn = false;              // data leaves marked as ECN-capable (RFC 3168)
  Bytes cwnd, ssthresh, in_flight;
  Bytes peer_window;             // last advertised, scaled
  Duration smoothed_rtt, rtt_variation, min_rtt, rto;
  Rate pacing_rate, delivery_rate;
  std::uint64_t bytes_sent = 0;            // payload, retransmissions included
  std::uint64_t bytes_acked = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_retransmitted = 0;   // by TCP on this subflow
  std::uint64_t bytes_reinjected = 0;      // of other subflows' data, sent here again
  std::uint64_t segments_sent = 0, segments_received = 0;
  std::uint32_t retransmissions = 0, timeouts = 0, tail_loss_probes = 0, recoveries = 0, spurious = 0;
};

struct ConnectionInfo {
  Mode mode = Mode::kNegotiating;
  FallbackReason fallback = FallbackReason::kNone;
  std::optional<MptcpVersion> version;  // in use; none before the handshake is done, and in plain TCP
  DataState state = DataState::kPreEstablished;
  FourTuple first_tuple;         // of the first subflow, even after it is gone (RFC 8684 4)
  bool is_client = false;
  bool checksum = false;         // DSS checksums in use
  Token local_token, remote_token;
  std::string_view congestion, scheduler;  // congestion: of the first subflow; each tells its own in SubflowInfo
  std::uint16_t subflow_count = 0;         // alive now
  std::uint16_t subflows_total = 0;        // ever established
  std::uint64_t bytes_written = 0;         // by the application
  std::uint64_t bytes_acked = 0;           // at data level
  std::uint64_t bytes_read = 0;            // by the application
  std::uint64_t bytes_received = 0;        // in order at data level
  std::uint64_t bytes_duplicate = 0;       // arrived more than once at data level
  std::uint64_t bytes_reinjected = 0;      // sent again on another subflow
  Bytes send_buffer_used, receive_buffer_used, out_of_order;
  Bytes send_window, receive_window;
  Duration longest_delivery_gap;           // between two advances of the in-order data while data was flowing
  Instant established_at;
};

}  // namespace mptcpp
