// SPDX-License-Identifier: Apache-2.0
#include "path_manager/policy.h"

#include <algorithm>

namespace mptcpp::path_manager {
namespace {

constexpr AddressId kFirst{0};
constexpr Duration kMinute = Duration::Seconds(60);

}  // namespace

void Policy::Start(const Setting& setting) {
  setting_ = setting;
  started_ = true;
  subflows_ = 1;
  // The first subflow's own pair of addresses: more ports, or a new subflow after it was lost.
  paths_.push_back({.command = {kFirst, kFirst, setting.first.local.address, setting.first.remote, false},
                    .open = 1,
                    .refused = !setting.is_client || setting.peer_denies_join,
                    .backoff = setting.retry});
}

Policy::Path* Policy::Find(AddressId local_id, AddressId remote_id) {
  const auto it = std::find_if(paths_.begin(), paths_.end(),
                               [&](const Path& p) { return p.command.local_id == local_id && p.command.remote_id == remote_id; });
  return it == paths_.end() ? nullptr : &*it;
}

void Policy::Want(const OpenCommand& command) {
  if (!setting_.is_client || command.local.family() != command.remote.address.family()) return;
  if (Path* known = Find(command.local_id, command.remote_id)) {
    // Announced again, perhaps with another port: what failed before may work now (RFC 8684 3.4.1).
    known->command = command;
    known->refused = known->gone = false;
    known->not_before = Instant::FromNanos(INT64_MIN);
    return;
  }
  if (paths_.size() < kMaxPaths) paths_.push_back({.command = command, .backoff = setting_.retry});
}

void Policy::OnEndpointAdded(const KnownPathEndpoint& known) {
  endpoints_.push_back(known);
  const PathEndpoint& endpoint = known.endpoint;
  if (!started_ || (!endpoint.subflow && !endpoint.fullmesh)) return;
  const bool is_first = endpoint.address == setting_.first.local.address;
  const AddressId local_id = is_first ? kFirst : known.id;
  if (!setting_.peer_denies_join) Want({local_id, kFirst, endpoint.address, setting_.first.remote, endpoint.backup});
  if (!endpoint.fullmesh) return;
  for (const Announced& remote : announced_) Want({local_id, remote.id, endpoint.address, remote.address, endpoint.backup});
}

std::optional<AddressId> Policy::OnWire(AddressId endpoint) const {
  const auto it = std::ranges::find(endpoints_, endpoint, &KnownPathEndpoint::id);
  if (it == endpoints_.end()) return std::nullopt;
  return it->endpoint.address == setting_.first.local.address ? kFirst : endpoint;
}

void Policy::OnEndpointRemoved(AddressId endpoint) {
  const AddressId local_id = OnWire(endpoint).value_or(endpoint);  // or an address that was announced by hand
  std::erase_if(endpoints_, [&](const KnownPathEndpoint& e) { return e.id == endpoint; });
  for (Path& path : paths_) {
    if (path.command.local_id == local_id) path.gone = true;
  }
}

void Policy::OnEndpointBackup(AddressId endpoint, bool backup) {
  for (KnownPathEndpoint& e : endpoints_) {
    if (e.id == endpoint) e.endpoint.backup = backup;
  }
  for (Path& path : paths_) {
    if (path.command.local_id == OnWire(endpoint)) path.command.backup = backup;
  }
}

bool Policy::OnAnnounced(AddressId remote_id, const SocketAddress& remote) {
  const auto known = std::find_if(announced_.begin(), announced_.end(), [&](const Announced& a) { return a.id == remote_id; });
  if (known != announced_.end()) {
    known->address = remote;
  } else {
    if (announced_.size() >= setting_.add_addr_accepted_limit) return false;
    announced_.push_back({remote_id, remote});
  }
  WantAnnounced(remote_id, remote);
  return true;
}

void Policy::WantAnnounced(AddressId remote_id, const SocketAddress& remote) {
  bool any = false;
  for (const KnownPathEndpoint& e : endpoints_) {
    if (!e.endpoint.fullmesh || e.endpoint.address.family() != remote.address.family()) continue;
    const bool is_first = e.endpoint.address == setting_.first.local.address;
    Want({is_first ? kFirst : e.id, remote_id, e.endpoint.address, remote, e.endpoint.backup});
    any = true;
  }
  if (any) return;
  if (setting_.first.local.address.family() == remote.address.family()) {
    Want({kFirst, remote_id, setting_.first.local.address, remote, false});
    return;
  }
  // The other address family is reached from an endpoint of that family (RFC 8684 3.4).
  for (const KnownPathEndpoint& e : endpoints_) {
    if (!e.endpoint.subflow || e.endpoint.address.family() != remote.address.family()) continue;
    Want({e.id, remote_id, e.endpoint.address, remote, e.endpoint.backup});
    return;
  }
}

void Policy::OnAnnouncedAgain(AddressId remote_id) {
  for (Path& path : paths_) {
    if (path.command.remote_id == remote_id && path.open == 0) path.refused = false;
  }
}

void Policy::OnRemoved(AddressId remote_id) {
  std::erase_if(announced_, [&](const Announced& a) { return a.id == remote_id; });
  for (Path& path : paths_) {
    if (path.command.remote_id == remote_id) path.refused = true;
  }
}

void Policy::OnOpened(AddressId local_id, AddressId remote_id) {
  ++subflows_;
  if (Path* path = Find(local_id, remote_id)) ++path->open;
}

void Policy::OnEstablished(AddressId local_id, AddressId remote_id) {
  if (Path* path = Find(local_id, remote_id)) path->backoff = setting_.retry;
}

void Policy::OnEnded(AddressId local_id, AddressId remote_id, Ending ending, Instant now, int patience) {
  if (subflows_ > 0) --subflows_;
  Path* path = Find(local_id, remote_id);
  if (path == nullptr) return;
  if (path->open > 0) --path->open;
  path->refused = ending != Ending::kLost || setting_.retry.IsZero();
  // An announcement that comes again does not make us send SYNs at the rate it comes (RFC 8684 5).
  const Duration wait = path->refused ? Longer(path->backoff, kLeastAfterRefusal) : path->backoff * patience;
  path->not_before = now + Shorter(wait, kLongestRetry);
  path->backoff = Shorter(path->backoff * 2, kLongestRetry);
}

bool Policy::IsDue(const Path& path) const { return !path.refused && !path.gone && path.open < setting_.ports_per_path; }

std::optional<OpenCommand> Policy::Next(Instant now) {
  if (!started_ || AtLimit()) return std::nullopt;
  if (now - minute_began_ >= kMinute) announced_joins_ = 0;
  for (const Path& path : paths_) {
    if (!IsDue(path) || path.not_before > now) continue;
    if (!IsAnnounced(path)) return path.command;
    if (RateIsUsedUp()) {
      rate_limited_ = true;
      continue;
    }
    if (announced_joins_++ == 0) minute_began_ = now;
    return path.command;
  }
  return std::nullopt;
}

void Policy::OnImpossible(const OpenCommand& command, Instant now) {
  ++subflows_;
  if (Path* path = Find(command.local_id, command.remote_id)) ++path->open;
  OnEnded(command.local_id, command.remote_id, Ending::kLost, now);
}

Instant Policy::NextDeadline() const {
  Instant earliest = Instant::Infinite();
  if (!started_ || AtLimit()) return earliest;
  for (const Path& path : paths_) {
    if (!IsDue(path)) continue;
    const bool waits = IsAnnounced(path) && RateIsUsedUp() && path.not_before < minute_began_ + kMinute;
    earliest = Sooner(earliest, waits ? minute_began_ + kMinute : path.not_before);
  }
  return earliest;
}

}  // namespace mptcpp::path_manager
