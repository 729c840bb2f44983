// SPDX-License-Identifier: Apache-2.0
// SYN cookies (RFC 4987 3.6): what must be known of a SYN when its third ACK comes, kept by the client instead of by us. The
// initial sequence number holds the age and the MSS, guarded by a keyed hash of the 4-tuple, the client's number and both; the
// timestamp, if there is one, holds the rest in its low six bits, as Linux does it:
//
//     ISN   31                        4   3  2..0          TSval   31         6   5     4     3..0
//          +---------------------------+----+------+              +-----------+-----+------+-------+
//          |  hash(tuple, ISN-A, n, m) | n  |  m   |              |   clock   | ECN | SACK | scale |   scale 15: none
//          +---------------------------+----+------+              +-----------+-----+------+-------+
//
// n counts periods of 64 s, of which its last bit is sent; m is a row of a table of common MSS. Values only, no state.
#pragma once

#include <cstdint>
#include <optional>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "crypto/keys.h"

namespace mptcpp::stack {

class SynCookie {
 public:
  // A cookie is good for the period in which it was made and the next one.
  static constexpr Duration kPeriod = Duration::Seconds(64);
  static constexpr Duration kLongestLife = Duration::Seconds(128);

  // `mss`: of the peer; the largest of the table that is not larger is remembered.
  static SeqNum Make(const crypto::Secret& secret, const FourTuple& tuple, SeqNum client_isn, std::uint32_t mss, Instant now);
  // The MSS, if we made this cookie for this SYN and not too long ago.
  static std::optional<std::uint16_t> Check(const crypto::Secret& secret, const FourTuple& tuple, SeqNum client_isn,
                                            SeqNum cookie, Instant now);
};

// What the timestamp remembers.
struct CookieOptions {
  std::optional<std::uint8_t> window_shift;  // the peer's, 0 .. 14
  bool sack = false;
  bool ecn = false;

  // A timestamp that says this and is not later than `clock`, so that the connection's clock never runs backwards.
  std::uint32_t InTimestamp(std::uint32_t clock) const;
  static CookieOptions FromTimestamp(std::uint32_t timestamp);
  friend bool operator==(const CookieOptions&, const CookieOptions&) = default;
};

}  // namespace mptcpp::stack
