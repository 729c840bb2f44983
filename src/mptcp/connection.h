// SPDX-License-Identifier: Apache-2.0
// One Multipath TCP connection (RFC 8684): negotiation, subflows, mappings, data sequence, buffers, scheduling, reinjection,
// fallback and close. Plain TCP is the same connection with its mapping turned off. Owned by the stack, which finds it by
// 4-tuple or token, feeds it segments and deadlines, and polls it for packets.
// This class only wires its parts together; each concern lives in a file of its own beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/ip_address.h"
#include "base/time.h"
#include "base/units.h"
#include "mptcp/connection_host.h"
#include "mptcpp/error.h"
#include "mptcpp/handle.h"
#include "mptcpp/options.h"
#include "mptcpp/statistics.h"
#include "tcp/fast_open.h"
#include "wire/icmp.h"
#include "wire/mptcp_options.h"
#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::core {

struct Core;

// A passive opening whose SYN/ACK left before there was a connection: both follow from a SYN cookie.
struct CookieOpening {
  SeqNum isn;       // our initial sequence number
  crypto::Key key;  // Key-B, if the third ACK has MP_CAPABLE
};

// What was decided about a SYN before a connection is made of it.
struct PassiveOpening {
  tcp::FastOpenAnswer fast_open;
  std::optional<CookieOpening> cookie;
};

// The same for a join.
struct CookieJoin {
  SeqNum isn;
  std::uint32_t nonce = 0;  // ours
};

// What the RST that refuses a join says, if the version that the connection speaks has a way to say it.
using JoinRefused = std::optional<wire::MpTcpRst>;

class Connection {
 public:
  Connection(ConnectionHost& host, const ConnectionOptions& options);
  ~Connection();  // releases every tuple and token
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- opening ------------------------------------------------------------------------------------------------------------
  // Active open of the first subflow.
  Expected<void> Connect(const SocketAddress& local, const SocketAddress& remote, Instant now);
  // Passive open from a SYN without MP_JOIN. An error: answer nothing. kInvalidArgument: the SYN itself forbids an answer. An accepted fast-open cookie
  // establishes it at once (RFC 7413 4.2.2). With a SYN cookie nothing is sent: Receive() of the third ACK follows.
  Expected<void> AcceptFirst(const wire::SegmentView& syn, Instant now, const PassiveOpening& opening = {});
  // A SYN with MP_JOIN whose token is ours. An error means: refuse with a RST that carries this reason, if there is one.
  std::expected<void, JoinRefused> AcceptJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join, Instant now);

  // The MP_JOIN of a SYN/ACK that leaves no trace here: answer to a SYN with MP_JOIN while too many joins are half open.
  std::expected<wire::MpJoinSynAck, JoinRefused> AnswerJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                               std::uint32_t own_nonce, Instant now);
  // The third ACK to such a SYN/ACK. Only the right HMAC makes a subflow of it (Receive() of the ACK is included); one that has
  // not proven itself yet makes room if the limit of subflows is reached.
  std::expected<void, JoinRefused> AcceptProvenJoin(const wire::SegmentView& syn, const wire::MpJoinSyn& join,
                                                       const CookieJoin& cookie, const wire::SegmentView& ack, Instant now);
  // Joins of the peer's whose HMAC has not come.
  std::uint8_t half_open_joins() const;
  std::uint8_t half_open_joins_limit() const;
  const ConnectionOptions& options() const;

  // --- the edge -----------------------------------------------------------------------------------------------------------
  // A segment for the subflow that claimed its 4-tuple under this index.
  void Receive(std::uint16_t subflow_index, const wire::SegmentView& segment, Instant now);
  void ReceiveIcmp(std::uint16_t subflow_index, const wire::IcmpError& error, Instant now);
  // True if this subflow has given its 4-tuple up for what this SYN begins: it lay in TIME-WAIT, or was a join that crosses the
  // client's.
  bool GiveWay(std::uint16_t subflow_index, const wire::SegmentView& syn, Instant now);
  // One packet. False: nothing to send now.
  bool Transmit(TxPacket& out, Instant now);
  Instant NextDeadline() const;
  void OnDeadline(Instant now);

  // --- the application ----------------------------------------------------------------------------------------------------
  // Same meaning as the calls of mptcpp::Endpoint.
  Expected<std::size_t> Write(std::span<const std::byte> data, Instant now);
  Expected<std::size_t> Read(std::span<std::byte> out, Instant now);
  std::span<const std::byte> Peek() const;
  Expected<void> Consume(std::size_t n, Instant now);
  bool AtEnd() const;
  Expected<void> ShutdownWrite(Instant now);
  Expected<void> Close(Instant now);
  Expected<void> Abort(Instant now);
  Expected<SubflowId> AddSubflow(const SocketAddress& local, const SocketAddress& remote, bool backup, Instant now);
  Expected<void> CloseSubflow(SubflowId id, Instant now);
  Expected<void> SetScheduler(std::string_view name);
  Expected<void> SetPreference(SubflowId id, const PathPreference& preference);
  Expected<void> SetBackup(SubflowId id, bool backup, Instant now);
  Expected<void> SetCongestion(std::string_view choice, Instant now);
  Expected<void> SetSubflowCongestion(SubflowId id, std::string_view named, Instant now);
  Expected<AddressId> Announce(const SocketAddress& address, Instant now);
  Expected<void> Withdraw(AddressId id, Instant now);

  // --- path endpoints of the host changed ---------------------------------------------------------------------------------
  void OnPathEndpointAdded(const KnownPathEndpoint& endpoint, Instant now);
  void OnPathEndpointRemoved(AddressId id, Instant now);
  void OnPathEndpointBackup(AddressId id, bool backup, Instant now);

  // --- knowing ------------------------------------------------------------------------------------------------------------
  bool IsEstablished() const;            // the first handshake is done (once true, stays true)
  // Opened by a cookie, and the third ACK has not come: counts against the limit of RFC 7413 5.1.
  bool IsFastOpenPending() const;
  bool IsFinished() const;               // nothing left to do, not even TIME-WAIT: the stack may destroy it
  std::optional<Error> failure() const;  // why it failed, if it did
  ConnectionInfo Info() const;
  std::size_t Subflows(std::span<SubflowInfo> out) const;
  const char* Inconsistency() const;

  // For the stack's own bookkeeping.
  std::uint32_t stack_index = UINT32_MAX;

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace mptcpp::core
