// SPDX-License-Identifier: Apache-2.0
// The public API: one Multipath TCP host without I/O. Feed it segments and the time, take segments and the next deadline.
//
//   endpoint.Receive(batch, now);                       // whatever arrived
//   endpoint.OnDeadline(now);                           // when now >= NextDeadline()
//   while (n = endpoint.Transmit(packets, now)) send;   // after each of the above and after every call of the application
//   for (events of PollEvents) ...
//
// One endpoint belongs to one thread at a time; several endpoints share nothing. `now` never goes backwards. No call blocks,
// throws, or calls back. Handles stay valid until Release().
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/ip_address.h"
#include "base/random_source.h"
#include "base/time.h"
#include "base/units.h"
#include "mptcpp/counters.h"
#include "mptcpp/error.h"
#include "mptcpp/event.h"
#include "mptcpp/fast_open.h"
#include "mptcpp/handle.h"
#include "mptcpp/options.h"
#include "mptcpp/statistics.h"
#include "wire/icmp.h"
#include "wire/packet.h"

namespace mptcpp {

namespace stack {
class Host;
}

class Endpoint {
 public:
  // `random` is used for keys, nonces and ports; it outlives the endpoint.
  Endpoint(EndpointOptions options, RandomSource& random);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  // --- the edge ---------------------------------------------------------------------------------------------------------
  // Segments that arrived, in order of arrival. Nothing of `batch` is referenced after the call.
  void Receive(std::span<const RxPacket> batch, Instant now);
  // An ICMP error about one of our segments (RFC 5461: a hint, checked against what is in flight).
  void ReceiveIcmp(const wire::IcmpError& error, Instant now);
  // Fills up to out.size() packets and returns their number; 0: nothing is due now. The slices of a packet stay valid until
  // the next non-const call other than Transmit().
  std::size_t Transmit(std::span<TxPacket> out, Instant now);
  // When OnDeadline() wants to be called: a timer or a paced segment is due. Infinite(): nothing is waiting.
  Instant NextDeadline() const;
  void OnDeadline(Instant now);
  // Takes up to out.size() events, oldest first.
  std::size_t PollEvents(std::span<Event> out);

  // --- local addresses and paths ----------------------------------------------------------------------------------------
  // Addresses that the path manager may use for all connections (as `ip mptcp endpoint add`). Returns the id that
  // ADD_ADDR and MP_JOIN will carry, 1..255. kInvalidArgument for an unusable address, kLimit when 255 exist.
  Expected<AddressId> AddPathEndpoint(const PathEndpoint& endpoint, Instant now);
  // Subflows from it are closed and the peer is told (REMOVE_ADDR).
  Expected<void> RemovePathEndpoint(AddressId id, Instant now);
  Expected<void> SetPathEndpointBackup(AddressId id, bool backup, Instant now);

  // --- connections ------------------------------------------------------------------------------------------------------
  // Active open. local.port 0: an ephemeral one; local.address must be given. The result is not established yet. With
  // ConnectionOptions::fast_open what is written before the next Transmit() leaves in the SYN, if a cookie is known.
  Expected<ConnectionId> Connect(const SocketAddress& local, const SocketAddress& remote, const ConnectionOptions& options,
                                 Instant now);
  // Passive open. An unspecified address listens on every local address of that family. `backlog` bounds connections that
  // wait for Accept(). Joins need no listener: they are found by token.
  Expected<ListenerId> Listen(const SocketAddress& local, const ConnectionOptions& options, std::uint32_t backlog);
  Expected<void> CloseListener(ListenerId listener, Instant now);
  // kWouldBlock when none is waiting.
  Expected<ConnectionId> Accept(ListenerId listener);

  // Copies into the send buffer; returns how much fitted, kWouldBlock if nothing did (kWritable follows).
  Expected<std::size_t> Write(ConnectionId id, std::span<const std::byte> data, Instant now);
  // Copies out of the receive buffer. 0: the peer has closed and all is read. kWouldBlock: nothing yet.
  Expected<std::size_t> Read(ConnectionId id, std::span<std::byte> out, Instant now);
  // The next contiguous readable bytes without a copy, empty if none; valid until the next non-const call.
  std::span<const std::byte> Peek(ConnectionId id) const;
  Expected<void> Consume(ConnectionId id, std::size_t n, Instant now);
  // True once the peer has closed its direction and everything is read.
  bool AtEnd(ConnectionId id) const;

  // No more writes; what is written is still delivered, then DATA_FIN (half-close). Reading goes on.
  Expected<void> ShutdownWrite(ConnectionId id, Instant now);
  // ShutdownWrite, and what still arrives is not wanted: unread or new data answers with MP_FASTCLOSE / RST (RFC 8684 3.5).
  Expected<void> Close(ConnectionId id, Instant now);
  // MP_FASTCLOSE (or RST after fallback) at once; both buffers are dropped.
  Expected<void> Abort(ConnectionId id, Instant now);
  // Forgets the handle. A connection that is not finished is closed first and lives on without a handle until it is.
  Expected<void> Release(ConnectionId id, Instant now);

  // --- paths of one connection ------------------------------------------------------------------------------------------
  // Opens a subflow now, whatever the policy says. remote.port 0: the port of the first subflow; local.port 0: ephemeral.
  Expected<SubflowId> AddSubflow(ConnectionId id, const SocketAddress& local, const SocketAddress& remote, bool backup, Instant now);
  // FIN on this subflow; its outstanding data moves to the others.
  Expected<void> CloseSubflow(ConnectionId id, SubflowId subflow, Instant now);
  // Another scheduler from the next segment on. kInvalidArgument: there is none of this name.
  Expected<void> SetScheduler(ConnectionId id, std::string_view scheduler);
  // From the next segment on. kInvalidArgument: no such subflow, or a weight of 0.
  Expected<void> SetPreference(ConnectionId id, SubflowId subflow, const PathPreference& preference);
  // Sends MP_PRIO and schedules accordingly.
  Expected<void> SetBackup(ConnectionId id, SubflowId subflow, bool backup, Instant now);
  // Changes the congestion control of a live connection: names as in ConnectionOptions::congestion, for subflows that exist and
  // those to come. What is known of the paths (window or rate, round-trip times) goes on. kInvalidArgument: no such controller.
  Expected<void> SetCongestion(ConnectionId id, std::string_view choice, Instant now);
  // The same for one subflow, with one name; until the next SetCongestion().
  Expected<void> SetSubflowCongestion(ConnectionId id, SubflowId subflow, std::string_view named, Instant now);
  // ADD_ADDR for an address of ours; port 0: none. Returns its id.
  Expected<AddressId> Announce(ConnectionId id, const SocketAddress& address, Instant now);
  // REMOVE_ADDR, and the subflows from it are closed.
  Expected<void> Withdraw(ConnectionId id, AddressId address, Instant now);

  // --- TCP Fast Open cookies ----------------------------------------------------------------------------------------------
  // What this endpoint knows, most recently used first; fills up to out.size() and returns the number.
  std::size_t FastOpenCookies(std::span<FastOpenEntry> out) const;
  // As if a server had sent it. Ignored if it is empty or longer than 14 bytes (no room beside MP_CAPABLE).
  void AddFastOpenCookie(const FastOpenEntry& entry);

  // --- knowing ----------------------------------------------------------------------------------------------------------
  Expected<ConnectionInfo> Info(ConnectionId id) const;
  // Fills up to out.size() and returns the number of subflows, those that ended included (the last 32).
  Expected<std::size_t> Subflows(ConnectionId id, std::span<SubflowInfo> out) const;
  const Counters& counters() const;
  std::size_t connection_count() const;

 private:
  std::unique_ptr<stack::Host> host_;
};

}  // namespace mptcpp
