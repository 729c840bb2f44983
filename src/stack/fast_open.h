// SPDX-License-Identifier: Apache-2.0
// The server's side of TCP Fast Open (RFC 7413 4.1.2, 5.1): cookies that are a keyed hash of the client's address, under a key
// that changes with time, and the bound on connections that a cookie opened and no third ACK has confirmed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <boost/circular_buffer.hpp>

#include "base/ip_address.h"
#include "base/time.h"
#include "crypto/keys.h"
#include "wire/fast_open_cookie.h"

namespace mptcpp::stack {

class FastOpenCookies {
 public:
  static constexpr std::size_t kLength = 8;
  // Beside MP_CAPABLE and 20 bytes of other options a SYN/ACK has room for no more (RFC 8684 B.1; an even number, RFC 7413 4.1.1).
  static constexpr std::size_t kShortLength = 6;

  enum class Verdict : std::uint8_t { kValid, kValidByOldKey, kWrong };

  FastOpenCookies(const crypto::Secret& secret, Duration key_lifetime)
      : secret_(secret), key_lifetime_(Longer(key_lifetime, Duration::Seconds(1))) {}

  wire::FastOpenCookie Make(const IpAddress& client, const IpAddress& server, std::size_t length, Instant now) const;
  // Either length, of the present key or of the one before.
  Verdict Check(std::span<const std::byte> cookie, const IpAddress& client, const IpAddress& server, Instant now) const;

 private:
  std::uint64_t KeyNumber(Instant now) const { return static_cast<std::uint64_t>(now.nanos() / key_lifetime_.nanos()); }
  wire::FastOpenCookie MakeWith(std::uint64_t key, const IpAddress& client, const IpAddress& server, std::size_t length) const;

  const crypto::Secret& secret_;
  Duration key_lifetime_;
};

// RFC 7413 5.1: PendingFastOpenRequests of one listener. One that ended by a RST goes on counting for a while: an attacker who
// makes others send RSTs in answer to our SYN/ACKs must not get its place back at once.
class FastOpenQueue {
 public:
  bool TryEnter(std::uint32_t limit, Instant now);
  void Leave(bool by_reset, Instant now);
  std::size_t size() const { return pending_ + lingering_.size(); }

 private:
  static constexpr Duration kLinger = Duration::Seconds(60);  // Linux's

  std::uint32_t pending_ = 0;
  boost::circular_buffer<Instant> lingering_;  // until when, oldest first
};

}  // namespace mptcpp::stack
