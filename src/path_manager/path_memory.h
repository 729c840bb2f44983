// SPDX-License-Identifier: Apache-2.0
// What an endpoint learns from one connection for the next: which paths swallow SYNs with MP_CAPABLE (RFC 8684 3.9.3), and which
// version a peer speaks (3.1). Both are caches: bounded, the oldest leaves first, and never more than a hint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/ip_address.h"
#include "base/time.h"
#include "mptcpp/options.h"

namespace mptcpp::path_manager {

// Keyed by path, not by host: our address and the peer's. Another network of ours, or another peer, is not punished for it.
class BlackHoles {
 public:
  // `timeout`: see EndpointOptions::blackhole_timeout.
  explicit BlackHoles(Duration timeout) : timeout_(timeout) {}

  // SYNs without the option pass here, and with it they did not. Avoided from now on, twice as long as the last time.
  void OnSwallowed(const IpAddress& local, const IpAddress& remote, Instant now);
  // A SYN with the option was answered.
  void OnPassed(const IpAddress& local, const IpAddress& remote) { entries_.erase({local, remote}); }
  bool IsAvoided(const IpAddress& local, const IpAddress& remote, Instant now) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Instant since;
    int times = 0;  // in a row
  };
  Instant EndOf(const Entry& entry) const;

  Duration timeout_;
  std::map<std::pair<IpAddress, IpAddress>, Entry> entries_;
};

class PeerVersions {
 public:
  // `lifetime`: see EndpointOptions::version_memory.
  explicit PeerVersions(Duration lifetime) : lifetime_(lifetime) {}

  // nullopt: it answers no version.
  void Learn(const IpAddress& peer, std::optional<MptcpVersion> version, Instant now);
  struct Known {
    std::optional<MptcpVersion> version;
  };
  std::optional<Known> Find(const IpAddress& peer, Instant now) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Instant since;
    std::optional<MptcpVersion> version;
  };

  Duration lifetime_;
  std::map<IpAddress, Entry> entries_;
};

struct PathMemory {
  explicit PathMemory(const EndpointOptions& options)
      : black_holes(options.blackhole_timeout), versions(options.version_memory) {}
  BlackHoles black_holes;
  PeerVersions versions;
};

}  // namespace mptcpp::path_manager
