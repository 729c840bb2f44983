// SPDX-License-Identifier: Apache-2.0
#include "apps/path_watch.h"

#include <algorithm>

#include "drivers/clock.h"

namespace mptcpp::apps {
namespace {

bool IsUsable(const IpAddress& address, const std::string& device) {
  return device.empty() ? drivers::IsAddressUsable(address) : drivers::IsDeviceUsable(device);
}

}  // namespace

Expected<void> PathWatch::Add(const PathEndpoint& path, std::string device, Instant now) {
  const auto id = endpoint_.AddPathEndpoint(path, now);
  if (!id) return std::unexpected(id.error());
  paths_.push_back({path, std::move(device), *id});
  return {};
}

std::size_t PathWatch::offered() const {
  return static_cast<std::size_t>(std::ranges::count_if(paths_, [](const Path& path) { return path.id.has_value(); }));
}

void PathWatch::SetBackup(const IpAddress& address, bool backup, Instant now) {
  for (Path& path : paths_) {
    if (path.endpoint.address != address) continue;
    path.endpoint.backup = backup;
    if (path.id) static_cast<void>(endpoint_.SetPathEndpointBackup(*path.id, backup, now));
  }
}

void PathWatch::WatchOn(drivers::EventLoop& loop) {
  if (paths_.size() < 2) return;
  auto watch = drivers::AddressWatch::Open();
  if (!watch) return;  // then timeouts tell
  watch_.emplace(std::move(*watch));
  for (Path& path : paths_) path.watched = IsUsable(path.endpoint.address, path.device);
  loop.Watch(watch_->fd(), EPOLLIN, [this](std::uint32_t) {
    if (watch_->Take()) Update(IsUsable, drivers::MonotonicNow());
  });
}

void PathWatch::Update(const std::function<bool(const IpAddress&, const std::string&)>& usable, Instant now) {
  // What is back first, so that something is left when others go.
  for (Path& path : paths_) {
    if (path.id || !usable(path.endpoint.address, path.device)) continue;
    if (const auto id = endpoint_.AddPathEndpoint(path.endpoint, now)) path.id = *id;
  }
  for (Path& path : paths_) {
    if (!path.id || !path.watched || offered() < 2 || usable(path.endpoint.address, path.device)) continue;
    static_cast<void>(endpoint_.RemovePathEndpoint(*path.id, now));
    path.id.reset();
  }
}

}  // namespace mptcpp::apps
