// SPDX-License-Identifier: Apache-2.0
#include "path_manager/path_memory.h"

#include <algorithm>

namespace mptcpp::path_manager {
namespace {

constexpr std::size_t kMaxEntries = 1024;
constexpr int kMostDoublings = 6;  // Linux: mptcp_active_should_disable()

template <typename Map>
void MakeRoom(Map& entries, const typename Map::key_type& wanted) {
  if (entries.size() < kMaxEntries || entries.contains(wanted)) return;
  entries.erase(std::ranges::min_element(entries, {}, [](const auto& entry) { return entry.second.since; }));
}

}  // namespace

void BlackHoles::OnSwallowed(const IpAddress& local, const IpAddress& remote, Instant now) {
  if (timeout_.IsZero()) return;
  const std::pair key(local, remote);
  MakeRoom(entries_, key);
  Entry& entry = entries_[key];
  entry.since = now;
  entry.times = std::min(entry.times + 1, kMostDoublings + 1);
}

Instant BlackHoles::EndOf(const Entry& entry) const { return entry.since + timeout_ * (1 << (entry.times - 1)); }

bool BlackHoles::IsAvoided(const IpAddress& local, const IpAddress& remote, Instant now) const {
  const auto found = entries_.find({local, remote});
  return found != entries_.end() && now < EndOf(found->second);
}

void PeerVersions::Learn(const IpAddress& peer, std::optional<MptcpVersion> version, Instant now) {
  if (lifetime_.IsZero()) return;
  MakeRoom(entries_, peer);
  entries_[peer] = {now, version};
}

std::optional<PeerVersions::Known> PeerVersions::Find(const IpAddress& peer, Instant now) const {
  const auto found = entries_.find(peer);
  if (found == entries_.end() || found->second.since + lifetime_ <= now) return std::nullopt;
  return Known{found->second.version};
}

}  // namespace mptcpp::path_manager
