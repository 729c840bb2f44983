// SPDX-License-Identifier: Apache-2.0
// What is decided about TCP Fast Open (RFC 7413) before a SYN leaves or is answered. Values only: who has a cookie for whom is
// FastOpenCache's and the listener's business.
#pragma once

#include <cstdint>

#include "wire/fast_open_cookie.h"

namespace mptcpp::tcp {

// The longest cookie that leaves room for 20 bytes of other options and MP_CAPABLE in a SYN.
inline constexpr std::size_t kLongestCookie = 14;

// Client.
struct FastOpenOffer {
  bool enabled = false;          // ask for a cookie, or show the one below
  wire::FastOpenCookie cookie;   // empty: ask
  std::uint16_t peer_mss = 0;    // remembered with the cookie (4.1.3): bounds the data in the SYN
};

// Server.
struct FastOpenAnswer {
  bool accepted = false;         // the cookie was valid: take the SYN's data, and send before the third ACK
  wire::FastOpenCookie cookie;   // for the SYN/ACK; empty: none
};

}  // namespace mptcpp::tcp
