// SPDX-License-Identifier: Apache-2.0
// The size of packets that the path takes (RFC 1191, RFC 8201): starts at the configured MTU, ICMP "too big" lowers it, ten
// minutes later it is tried again. Gives the MSS without options (RFC 6691). Owned by one Subflow, which has already checked
// that the ICMP error quotes a segment in flight.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace mptcpp::tcp {

class PathMtu {
 public:
  PathMtu(std::uint16_t mtu, bool v6) : configured_(mtu), mtu_(mtu), v6_(v6) {}

  // What our SYN says: the configured MTU, whatever the path did since (RFC 6691).
  std::uint16_t offered_mss() const { return static_cast<std::uint16_t>(configured_ - HeaderBytes()); }
  std::uint32_t mss() const { return mtu_ - HeaderBytes(); }
  // `next_hop`: 0 if the router did not say: the next lower plateau (RFC 1191 7). False: not lower, or lower than any path may
  // be (68 bytes; IPv6: 1280, RFC 8201 4).
  bool OnTooBig(std::uint32_t next_hop, Instant now);
  // Nothing gets through and nobody says why: perhaps full segments vanish (RFC 4821 7.7). The size that IPv6 guarantees is tried;
  // a path that was merely down loses little by it until MaybeRaise().
  bool OnBlackHole(Instant now) { return mtu_ > 1280 && OnTooBig(1280, now); }
  // Tries the configured size again after ten minutes (RFC 1191 6.3). True if it changed.
  bool MaybeRaise(Instant now);

 private:
  std::uint32_t HeaderBytes() const { return v6_ ? 60 : 40; }

  std::uint32_t configured_;
  std::uint32_t mtu_;
  bool v6_;
  Instant raise_at_ = Instant::Infinite();
};

}  // namespace mptcpp::tcp
