// SPDX-License-Identifier: Apache-2.0
// What a client remembers of a server for TCP Fast Open (RFC 7413 4.1.3), for applications that keep it beyond the life of an
// endpoint. A cookie is no secret worth stealing (RFC 7413 5), but it belongs to the address that it was given to.
#pragma once

#include <cstdint>

#include "base/ip_address.h"
#include "wire/fast_open_cookie.h"

namespace mptcpp {

struct FastOpenEntry {
  IpAddress server;
  wire::FastOpenCookie cookie;
  std::uint16_t mss = 0;  // of the server, in bytes; 0: it said none
  friend bool operator==(const FastOpenEntry&, const FastOpenEntry&) = default;
};

}  // namespace mptcpp
