// SPDX-License-Identifier: Apache-2.0
// The addresses of a command line: HOST:PORT and [ADDR:]PORT.
#pragma once

#include <optional>
#include <string>

#include "base/ip_address.h"
#include "drivers/failure.h"

namespace mptcpp::apps {

// "host:80", "192.0.2.1:80", "[2001:db8::1]:80". Names are looked up; of several addresses the first of `family` counts
// (kNone: the first). Throws UsageError for anything that is not of this form.
drivers::OrFailure<SocketAddress> ResolveRemote(const std::string& text, IpFamily family);

// "5000", "192.0.2.1:5000", "[::1]:5000". The address is none if it was not given. Throws UsageError.
SocketAddress ParseListenAddress(const std::string& text);

// Throws UsageError naming `option`.
IpAddress ParseAddress(const std::string& text, const std::string& option);

}  // namespace mptcpp::apps
