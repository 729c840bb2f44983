// SPDX-License-Identifier: Apache-2.0
// What a client remembers of servers for TCP Fast Open (RFC 7413 4.1.3): the cookie and the MSS per server address, and that
// data in SYNs vanishes on the way there (4.1.3.1), with back-off. Bounded: the server unused for longest makes room.
// Owned by one endpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ip_address.h"
#include "base/time.h"
#include "mptcpp/fast_open.h"
#include "tcp/fast_open.h"

namespace mptcpp::tcp {

class FastOpenCache {
 public:
  explicit FastOpenCache(std::size_t limit) : limit_(limit) {}

  // What the next SYN to this server is to say: the cookie, the wish for one, or nothing while the path is suspect.
  FastOpenOffer OfferTo(const IpAddress& server, Instant now);
  // A SYN/ACK brought a cookie; one that is too long for a SYN with MP_CAPABLE is not kept. `mss` 0: it said none.
  void OnCookie(const IpAddress& server, const wire::FastOpenCookie& cookie, std::uint16_t mss);
  // The SYN/ACK acknowledged the data in the SYN: the path is fine.
  void OnSuccess(const IpAddress& server);
  // The SYN with the option went unanswered, the one without was answered.
  void OnVanished(const IpAddress& server, Instant now);

  std::size_t size() const { return servers_.size(); }
  // Servers whose cookie is known, most recently used first.
  std::size_t List(std::span<FastOpenEntry> out) const;

 private:
  static constexpr Duration kFirstSuspension = Duration::Seconds(60);
  static constexpr int kLongestSuspension = 6;  // doublings: about an hour

  struct Server {
    IpAddress address;
    wire::FastOpenCookie cookie;
    std::uint16_t mss = 0;
    int losses = 0;
    Instant suspended_until = Instant::FromNanos(INT64_MIN);
  };
  struct Hash {
    std::size_t operator()(const IpAddress& address) const;
  };
  Server* Find(const IpAddress& server);
  Server& FindOrAdd(const IpAddress& server);  // and moves it to the front

  std::size_t limit_;
  std::list<Server> by_use_;  // the most recent first
  boost::unordered_flat_map<IpAddress, std::list<Server>::iterator, Hash> servers_;
};

}  // namespace mptcpp::tcp
