// SPDX-License-Identifier: Apache-2.0
// Which id names which address, on both sides of one connection (RFC 8684 3.2: "MUST store"). Id 0 is the address of the first
// subflow on either side. Ids, not addresses, are what a NAT leaves alone, so REMOVE_ADDR and MP_JOIN speak of ids.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ip_address.h"
#include "base/units.h"

namespace mptcpp::path_manager {

enum class Learnt : std::uint8_t {
  kNew,
  kNewPort,        // the same address with another port: worth a new attempt (RFC 8684 3.4.1)
  kKnown,          // nothing new
  kContradiction,  // this id has another address and was not removed before
  kFull,
};

class AddressBook {
 public:
  static constexpr std::size_t kMaxAddresses = 64;  // per side; the limits of the connection are lower

  // At most so many announced addresses of the peer's are remembered.
  void SetRemoteLimit(std::size_t limit) { remote_limit_ = limit < kMaxAddresses ? limit : kMaxAddresses; }

  // --- ours ---------------------------------------------------------------------------------------------------------------
  void SetFirstLocal(const IpAddress& address) { AddLocal(AddressId(0), {address, 0}); }
  void AddLocal(AddressId id, const SocketAddress& address);
  void RemoveLocal(AddressId id);
  // The id under which the peer knows, or will know, this address.
  std::optional<AddressId> LocalId(const IpAddress& address) const;
  std::optional<SocketAddress> Local(AddressId id) const;
  // An id from 255 downwards that is free, for addresses that are no path endpoints; nullopt if there is none.
  std::optional<AddressId> FreeLocalId() const;

  // --- the peer's ---------------------------------------------------------------------------------------------------------
  // From ADD_ADDR; port 0: none was given.
  Learnt LearnRemote(AddressId id, const SocketAddress& address);
  std::optional<SocketAddress> Remote(AddressId id) const;
  std::optional<AddressId> RemoteId(const IpAddress& address) const;
  // False: unknown.
  bool ForgetRemote(AddressId id);
  std::size_t remote_count() const { return remote_.size(); }

 private:
  struct Entry {
    AddressId id;
    SocketAddress address;
  };
  static const Entry* Find(const std::vector<Entry>& entries, AddressId id);

  std::vector<Entry> local_;
  std::vector<Entry> remote_;
  std::size_t remote_limit_ = kMaxAddresses;
};

}  // namespace mptcpp::path_manager
