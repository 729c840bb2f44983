// SPDX-License-Identifier: Apache-2.0
// Which subflows one connection wants: the rules of `ip mptcp endpoint` (signal, subflow, backup, fullmesh), limits, several
// ports per path, and retries. Pure: it is told what exists and what happened, and answers with one bounded command at a time.
//   - The client opens subflows, the server announces addresses and lets the client come (RFC 8684 3.2: the client is the one
//     that can pass its NAT).
//   - A `subflow` endpoint goes to the peer's first address, unless the peer forbade that (flag C, 3.1).
//   - An announced address gets subflows from every `fullmesh` endpoint, else one from the first local address.
//   - What was lost is tried again with back-off; what was refused for good (MP_TCPRST with T = 0, or a join answered by RST)
//     is left alone until it is announced again (3.4.1, 3.6, 3.9.3).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"
#include "base/units.h"
#include "mptcpp/options.h"
#include "path_manager/known_endpoint.h"

namespace mptcpp::path_manager {

struct OpenCommand {
  AddressId local_id;
  AddressId remote_id;
  IpAddress local;
  SocketAddress remote;
  bool backup = false;
};

enum class Ending : std::uint8_t {
  kLost,     // timed out, reset without a word, or with T = 1: try again later
  kRefused,  // for good
  kWanted,   // we closed it, or both did in order
};

class Policy {
 public:
  struct Setting {
    bool is_client = false;
    bool peer_denies_join = false;  // flag C
    FourTuple first;                // of the first subflow
    std::uint8_t subflows_limit = 8;
    std::uint8_t add_addr_accepted_limit = 8;
    std::uint8_t ports_per_path = 1;
    Duration retry = Duration::Seconds(1);  // Zero(): never
    std::uint16_t announced_joins_per_minute = 20;
  };
  void Start(const Setting& setting);

  void OnEndpointAdded(const KnownPathEndpoint& endpoint);
  void OnEndpointRemoved(AddressId endpoint);
  void OnEndpointBackup(AddressId endpoint, bool backup);
  // An address of the peer's, with the port to connect to. False: the limit of accepted announcements is reached.
  bool OnAnnounced(AddressId remote_id, const SocketAddress& remote);
  // The same announcement again: what was refused may be tried once more, not before its time (RFC 8684 3.4.1).
  void OnAnnouncedAgain(AddressId remote_id);
  void OnRemoved(AddressId remote_id);

  void OnOpened(AddressId local_id, AddressId remote_id);  // a SYN of ours will leave, or a join was accepted
  void OnEstablished(AddressId local_id, AddressId remote_id);
  // `patience`: so many times the usual delay passes before the next attempt, 1 .. 60.
  void OnEnded(AddressId local_id, AddressId remote_id, Ending ending, Instant now, int patience = 1);

  // The next subflow to open, if one is wanted now and the limits allow it. Towards announced addresses only so many leave in a
  // minute, retries included: a peer could announce the addresses of others, again and again (RFC 8684 5).
  std::optional<OpenCommand> Next(Instant now);
  // True once after Next() held something back for that reason.
  bool TakeRateLimited() { return std::exchange(rate_limited_, false); }
  // The command could not be carried out (no port left): as if it had been lost.
  void OnImpossible(const OpenCommand& command, Instant now);
  Instant NextDeadline() const;

  std::size_t subflows() const { return subflows_; }  // that exist or are being opened, the first included
  bool AtLimit() const { return subflows_ > setting_.subflows_limit; }

 private:
  static constexpr Duration kLongestRetry = Duration::Seconds(60);
  static constexpr Duration kLeastAfterRefusal = Duration::Seconds(1);
  static constexpr std::size_t kMaxPaths = 256;

  struct Path {
    OpenCommand command;
    std::uint8_t open = 0;
    bool refused = false;  // until it is announced again
    bool gone = false;     // our address is
    Instant not_before = Instant::FromNanos(INT64_MIN);
    Duration backoff;
  };
  // The address id of an endpoint of ours: 0 for that of the first subflow. None: no such endpoint.
  std::optional<AddressId> OnWire(AddressId endpoint) const;
  Path* Find(AddressId local_id, AddressId remote_id);
  void Want(const OpenCommand& command);
  void WantAnnounced(AddressId remote_id, const SocketAddress& remote);
  bool IsDue(const Path& path) const;
  static bool IsAnnounced(const Path& path) { return path.command.remote_id != AddressId(0); }
  bool RateIsUsedUp() const { return announced_joins_ >= setting_.announced_joins_per_minute; }

  Setting setting_;
  bool started_ = false;
  std::vector<Path> paths_;
  std::vector<KnownPathEndpoint> endpoints_;
  struct Announced {
    AddressId id;
    SocketAddress address;
  };
  std::vector<Announced> announced_;
  std::size_t subflows_ = 0;
  std::uint16_t announced_joins_ = 0;  // since
  Instant minute_began_ = Instant::FromNanos(INT64_MIN / 2);
  bool rate_limited_ = false;
};

}  // namespace mptcpp::path_manager
