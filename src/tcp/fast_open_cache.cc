// SPDX-License-Identifier: Apache-2.0
#include "tcp/fast_open_cache.h"

#include <algorithm>
#include <string_view>

namespace mptcpp::tcp {

// The application chooses the servers, not the network: no keyed hashing is needed.
std::size_t FastOpenCache::Hash::operator()(const IpAddress& address) const {
  const auto bytes = address.bytes();
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

FastOpenCache::Server* FastOpenCache::Find(const IpAddress& server) {
  const auto found = servers_.find(server);
  if (found == servers_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return &*found->second;
}

FastOpenCache::Server& FastOpenCache::FindOrAdd(const IpAddress& server) {
  if (Server* known = Find(server)) return *known;
  if (servers_.size() >= std::max<std::size_t>(limit_, 1)) {
    servers_.erase(by_use_.back().address);
    by_use_.pop_back();
  }
  by_use_.push_front({.address = server});
  servers_.emplace(server, by_use_.begin());
  return by_use_.front();
}

FastOpenOffer FastOpenCache::OfferTo(const IpAddress& server, Instant now) {
  const Server* known = Find(server);
  if (known == nullptr) return {.enabled = true};
  if (now < known->suspended_until) return {};
  return {.enabled = true, .cookie = known->cookie, .peer_mss = known->mss};
}

void FastOpenCache::OnCookie(const IpAddress& server, const wire::FastOpenCookie& cookie, std::uint16_t mss) {
  if (cookie.empty() || cookie.length > kLongestCookie) return;
  Server& known = FindOrAdd(server);
  known.cookie = cookie;
  known.mss = mss;
}

std::size_t FastOpenCache::List(std::span<FastOpenEntry> out) const {
  std::size_t n = 0;
  for (const Server& server : by_use_) {
    if (n == out.size()) break;
    if (!server.cookie.empty()) out[n++] = {.server = server.address, .cookie = server.cookie, .mss = server.mss};
  }
  return n;
}

void FastOpenCache::OnSuccess(const IpAddress& server) {
  if (Server* known = Find(server)) known->losses = 0;
}

void FastOpenCache::OnVanished(const IpAddress& server, Instant now) {
  Server& known = FindOrAdd(server);
  known.suspended_until = now + kFirstSuspension * (1 << std::min(known.losses, kLongestSuspension));
  ++known.losses;
}

}  // namespace mptcpp::tcp
