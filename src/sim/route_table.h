// SPDX-License-Identifier: Apache-2.0
// Ways through several paths, one after the other: how networks are built in which connections meet on some links and not on
// others. A path that only has addresses of its own needs none of this.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ip_address.h"
#include "sim/middlebox.h"

namespace mptcpp::sim {

class Path;

struct Hop {
  Path* path = nullptr;
  Direction direction = Direction::kThere;
};

class RouteTable {
 public:
  // From `source` to `destination` over `paths` in this order, and back over them the other way around.
  void Add(const IpAddress& source, const IpAddress& destination, const std::vector<Path*>& paths) {
    auto& there = routes_[{source, destination}];
    auto& back = routes_[{destination, source}];
    there.clear();
    back.clear();
    for (Path* path : paths) there.push_back({path, Direction::kThere});
    for (auto path = paths.rbegin(); path != paths.rend(); ++path) back.push_back({*path, Direction::kBack});
  }
  // The first hop; null when there is no route of this pair.
  const Hop* First(const IpAddress& source, const IpAddress& destination) const {
    const auto route = routes_.find({source, destination});
    return route == routes_.end() || route->second.empty() ? nullptr : &route->second.front();
  }
  // The hop after `path`; null when that is the last one.
  const Hop* After(const Path& path, const IpAddress& source, const IpAddress& destination) const {
    const auto route = routes_.find({source, destination});
    if (route == routes_.end()) return nullptr;
    for (std::size_t i = 0; i + 1 < route->second.size(); ++i) {
      if (route->second[i].path == &path) return &route->second[i + 1];
    }
    return nullptr;
  }

 private:
  using Ends = std::pair<IpAddress, IpAddress>;
  struct HashEnds {
    std::size_t operator()(const Ends& ends) const {
      const std::hash<IpAddress> hash;
      return hash(ends.first) * 31 + hash(ends.second);
    }
  };
  std::unordered_map<Ends, std::vector<Hop>, HashEnds> routes_;
};

}  // namespace mptcpp::sim
