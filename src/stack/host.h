// SPDX-License-Identifier: Apache-2.0
// The endpoint behind the public API: finds the connection of a segment, keeps deadlines and the ready list, listeners,
// tokens and events. It decides nothing about the protocol of a connection; it answers only for what belongs to none.
// Files: host_edge.cc (segments, packets, time), host_opening.cc (SYNs), host_cookies.cc (SYNs that leave nothing behind),
// host_claims.cc (what connections ask for), host_calls.cc (the application).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <boost/circular_buffer.hpp>

#include "base/slab_pool.h"
#include "crypto/keys.h"
#include "mptcp/connection_host.h"
#include "mptcpp/endpoint.h"
#include "stack/connection_store.h"
#include "stack/deadline_index.h"
#include "stack/event_queue.h"
#include "stack/fast_open.h"
#include "stack/join_table.h"
#include "stack/listener_table.h"
#include "stack/token_table.h"
#include "stack/tuple_table.h"
#include "tcp/challenge_ack.h"

namespace mptcpp::stack {

class Host final : public core::ConnectionHost {
 public:
  Host(EndpointOptions options, RandomSource& random);
  ~Host() override;

  // --- the edge (host_edge.cc) ----------------------------------------------------------------------------------------------
  void Receive(std::span<const RxPacket> batch, Instant now);
  void ReceiveIcmp(const wire::IcmpError& error, Instant now);
  std::size_t Transmit(std::span<TxPacket> out, Instant now);
  Instant NextDeadline() const { return ready_.empty() && replies_.empty() ? deadlines_.Earliest() : Instant::FromNanos(0); }
  void OnDeadline(Instant now);
  std::size_t PollEvents(std::span<Event> out);

  // --- the application (host_calls.cc) ------------------------------------------------------------------------------------
  Expected<ConnectionId> Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options,
                                 Instant now);
  Expected<ListenerId> Listen(const SocketAddress& local, const ConnectionOptions& options, std::uint32_t backlog);
  Expected<void> CloseListener(ListenerId listener, Instant now);
  Expected<ConnectionId> Accept(ListenerId listener);
  Expected<void> Release(ConnectionId id, Instant now);
  Expected<AddressId> AddPathEndpoint(const PathEndpoint& endpoint, Instant now);
  Expected<void> RemovePathEndpoint(AddressId id, Instant now);
  Expected<void> SetPathEndpointBackup(AddressId id, bool backup, Instant now);
  // The connection of a handle, or nullptr.
  core::Connection* Find(ConnectionId id);
  const core::Connection* Find(ConnectionId id) const;
  // After any call on a connection: it may have something to send or a new deadline.
  void Touch(core::Connection& connection) { MarkReady(connection.stack_index); }
  const Counters& counter_values() const { return counters_; }
  const tcp::FastOpenCache& known_cookies() const { return fast_open_cache_; }
  std::size_t connection_count() const { return connections_.size(); }

  // --- core::ConnectionHost (host_claims.cc) --------------------------------------------------------------------------------
  RandomSource& random() override { return random_; }
  const crypto::Secret& secret() override { return secret_; }
  std::span<const congestion::ControllerInfo* const> controllers() override { return options_.controllers; }
  Counters& counters() override { return counters_; }
  SlabPool& slabs() override { return slabs_; }
  tcp::ChallengeAckLimiter& challenge_acks() override { return challenge_acks_; }
  tcp::FastOpenCache& fast_open_cache() override { return fast_open_cache_; }
  Bytes& receive_memory() override { return receive_memory_; }
  bool MemoryIsShort() const override { return receive_memory_ > options_.receive_memory; }
  std::span<const core::KnownPathEndpoint> path_endpoints() override { return path_endpoints_; }
  std::span<const scheduler::SchedulerInfo> schedulers() override { return options_.schedulers; }
  path_manager::PathMemory& path_memory() override { return path_memory_; }
  TokenShard token_shard() const override { return options_.token_shard; }
  bool ClaimToken(Token token, core::Connection& connection) override;
  void ReleaseToken(Token token) override { tokens_.Erase(token); }
  Expected<FourTuple> ClaimTuple(FourTuple wanted, std::uint16_t preferred_port, core::Connection& connection,
                                 std::uint16_t subflow_index) override;
  void ReleaseTuple(const FourTuple& tuple) override { tuples_.Erase(tuple); }
  void Report(core::Connection& connection, const Event& event) override;

 private:
  // Answers to strangers that wait for Transmit(): RSTs, and SYN/ACKs with cookies.
  static constexpr std::size_t kMaxPendingReplies = 1024;
  // Packets one connection may send before the next one has its turn.
  static constexpr std::size_t kTransmitBurst = 32;

  void ReceiveOne(const wire::SegmentView& segment, Instant now);
  void ReceiveUnknown(const wire::SegmentView& segment, Instant now);
  void ReceiveJoin(const wire::SegmentView& segment, const wire::MpJoinSyn& join, Instant now);
  void ReceiveFirstSyn(const wire::SegmentView& segment, std::uint32_t listener, Instant now);
  void AnswerWithCookie(const wire::SegmentView& syn, const Listener& listener, Instant now);
  void AnswerJoinWithCookie(const wire::SegmentView& syn, const wire::MpJoinSyn& join, core::Connection& connection, Instant now);
  bool ReceiveCookieAck(const wire::SegmentView& ack, Instant now);
  bool ReceiveFirstCookieAck(const wire::SegmentView& ack, wire::SegmentView syn, std::uint32_t listener, Instant now);
  void ReceiveJoinCookieAck(const wire::SegmentView& ack, const wire::SegmentView& syn, Instant now);
  tcp::FastOpenAnswer AnswerFastOpen(const wire::SegmentView& syn, Listener& listener, Instant now);
  bool Reply(const TxPacket& packet);
  void Refuse(const wire::SegmentView& segment, std::optional<wire::MpTcpRst> reason);
  void MarkReady(std::uint32_t index);
  // Everything that can change with a connection after it did something: half-open count, deadline, end of life.
  void Settle(std::uint32_t index, Instant now);
  void Destroy(std::uint32_t index);
  void LeaveHalfOpen(ConnectionSlot& slot);
  void LeaveFastOpen(ConnectionSlot& slot, Instant now);
  void CountHalfOpenJoins(ConnectionSlot& slot, std::uint8_t count);
  bool TupleIsFree(const FourTuple& tuple) const { return !tuples_.Contains(tuple); }
  std::uint16_t FindEphemeralPort(FourTuple wanted);
  ConnectionOptions WithDefaults(ConnectionOptions options) const;
  bool NamesAreKnown(const ConnectionOptions& options) const;

  EndpointOptions options_;
  RandomSource& random_;
  crypto::Secret secret_;
  Counters counters_;
  SlabPool slabs_;
  Bytes receive_memory_;
  tcp::ChallengeAckLimiter challenge_acks_;
  tcp::FastOpenCache fast_open_cache_;
  FastOpenCookies fast_open_cookies_;
  JoinTable join_table_;
  TupleTable tuples_;
  TokenTable tokens_;
  ListenerTable listeners_;
  EventQueue events_;
  DeadlineIndex deadlines_;
  boost::circular_buffer<std::uint32_t> ready_;
  boost::circular_buffer<TxPacket> replies_;
  std::vector<core::KnownPathEndpoint> path_endpoints_;
  path_manager::PathMemory path_memory_;
  std::uint32_t half_open_ = 0;
  std::uint32_t half_open_joins_ = 0;
  Instant cookies_until_ = Instant::FromNanos(INT64_MIN);  // a cookie of ours may come back
  std::uint8_t next_address_id_ = 1;
  ConnectionStore connections_;  // last: connections release their claims when they are destroyed
};

}  // namespace mptcpp::stack
