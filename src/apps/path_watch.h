// SPDX-License-Identifier: Apache-2.0
// Keeps an endpoint's paths in step with this host: a path whose device goes down or whose address is taken away is withdrawn
// (REMOVE_ADDR, its subflows are closed), and offered again when it is back. The last path that works is left alone: with no
// other to go to, waiting for it is all there is.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "drivers/address_watch.h"
#include "drivers/event_loop.h"
#include "mptcpp/endpoint.h"

namespace mptcpp::apps {

class PathWatch {
 public:
  explicit PathWatch(Endpoint& endpoint) : endpoint_(endpoint) {}

  // Registers a path with the endpoint. `device`: the TUN device that carries it; empty: one of this host's own addresses.
  Expected<void> Add(const PathEndpoint& path, std::string device, Instant now);
  void SetBackup(const IpAddress& address, bool backup, Instant now);
  // From now on; nothing to do with fewer than two paths. Outlives the loop.
  void WatchOn(drivers::EventLoop& loop);
  // Withdraws and offers what `usable` makes necessary; WatchOn() does this with the host's word.
  void Update(const std::function<bool(const IpAddress& address, const std::string& device)>& usable, Instant now);
  // Paths that are not withdrawn.
  std::size_t offered() const;

 private:
  struct Path {
    PathEndpoint endpoint;
    std::string device;
    std::optional<AddressId> id;  // none: withdrawn
    bool watched = true;          // it was there at the start; 127.0.0.2 works without being anybody's address
  };
  Endpoint& endpoint_;
  std::vector<Path> paths_;
  std::optional<drivers::AddressWatch> watch_;
};

}  // namespace mptcpp::apps
