// SPDX-License-Identifier: Apache-2.0
// What a connection asks of the endpoint that it lives in. Implemented by stack; tests implement it with a few lines.
#pragma once

#include <cstdint>
#include <span>

#include "base/ip_address.h"
#include "base/random_source.h"
#include "base/slab_pool.h"
#include "base/units.h"
#include "congestion/registry.h"
#include "crypto/keys.h"
#include "mptcpp/counters.h"
#include "mptcpp/error.h"
#include "mptcpp/event.h"
#include "mptcpp/options.h"
#include "path_manager/known_endpoint.h"
#include "path_manager/path_memory.h"
#include "tcp/challenge_ack.h"
#include "tcp/fast_open_cache.h"

namespace mptcpp::core {

class Connection;

// A path endpoint with the id it has on the wire: {id, endpoint}.
using path_manager::KnownPathEndpoint;

class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  virtual RandomSource& random() = 0;
  virtual const crypto::Secret& secret() = 0;
  virtual Counters& counters() = 0;
  virtual SlabPool& slabs() = 0;
  virtual tcp::ChallengeAckLimiter& challenge_acks() = 0;
  virtual tcp::FastOpenCache& fast_open_cache() = 0;
  virtual std::span<const KnownPathEndpoint> path_endpoints() = 0;
  // Those of the application, beside the built-in ones.
  virtual std::span<const scheduler::SchedulerInfo> schedulers() = 0;
  virtual std::span<const congestion::ControllerInfo* const> controllers() = 0;
  // What earlier connections learnt of paths and peers.
  virtual path_manager::PathMemory& path_memory() = 0;

  // Which tokens connections of this host may have.
  virtual TokenShard token_shard() const { return {}; }
  // Claims a token for this connection; false if another one has it (RFC 8684 3.1: make another key).
  virtual bool ClaimToken(Token token, Connection& connection) = 0;
  virtual void ReleaseToken(Token token) = 0;
  // Claims a 4-tuple for a subflow; local.port 0 is replaced by an ephemeral one, preferring `preferred_port` if not 0.
  virtual Expected<FourTuple> ClaimTuple(FourTuple wanted, std::uint16_t preferred_port, Connection& connection,
                                         std::uint16_t subflow_index) = 0;
  virtual void ReleaseTuple(const FourTuple& tuple) = 0;
  // What all connections hold of received data, in whole slabs, and whether that is too much: then what is out of order is not
  // to be kept.
  virtual Bytes& receive_memory() = 0;
  virtual bool MemoryIsShort() const = 0;
  // Reports an event; the host fills in the handle.
  virtual void Report(Connection& connection, const Event& event) = 0;
};

}  // namespace mptcpp::core
