// SPDX-License-Identifier: Apache-2.0
#include "path_manager/address_book.h"

#include <algorithm>

namespace mptcpp::path_manager {

const AddressBook::Entry* AddressBook::Find(const std::vector<Entry>& entries, AddressId id) {
  const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.id == id; });
  return it == entries.end() ? nullptr : &*it;
}

void AddressBook::AddLocal(AddressId id, const SocketAddress& address) {
  if (Find(local_, id) == nullptr && local_.size() < kMaxAddresses) local_.push_back({id, address});
}

void AddressBook::RemoveLocal(AddressId id) {
  std::erase_if(local_, [&](const Entry& e) { return e.id == id; });
}

std::optional<AddressId> AddressBook::LocalId(const IpAddress& address) const {
  for (const Entry& e : local_) {
    if (e.address.address == address) return e.id;
  }
  return std::nullopt;
}

std::optional<SocketAddress> AddressBook::Local(AddressId id) const {
  const Entry* entry = Find(local_, id);
  return entry == nullptr ? std::nullopt : std::optional(entry->address);
}

std::optional<AddressId> AddressBook::FreeLocalId() const {
  for (unsigned id = 255; id > 0; --id) {
    const AddressId candidate(static_cast<std::uint8_t>(id));
    if (Find(local_, candidate) == nullptr) return candidate;
  }
  return std::nullopt;
}

Learnt AddressBook::LearnRemote(AddressId id, const SocketAddress& address) {
  for (Entry& e : remote_) {
    if (e.id != id) continue;
    if (e.address.address != address.address) return Learnt::kContradiction;
    if (e.address.port == address.port) return Learnt::kKnown;
    e.address.port = address.port;
    return Learnt::kNewPort;
  }
  if (remote_.size() >= remote_limit_) return Learnt::kFull;
  remote_.push_back({id, address});
  return Learnt::kNew;
}

std::optional<SocketAddress> AddressBook::Remote(AddressId id) const {
  const Entry* entry = Find(remote_, id);
  return entry == nullptr ? std::nullopt : std::optional(entry->address);
}

std::optional<AddressId> AddressBook::RemoteId(const IpAddress& address) const {
  for (const Entry& e : remote_) {
    if (e.address.address == address) return e.id;
  }
  return std::nullopt;
}

bool AddressBook::ForgetRemote(AddressId id) {
  return std::erase_if(remote_, [&](const Entry& e) { return e.id == id; }) > 0;
}

}  // namespace mptcpp::path_manager
