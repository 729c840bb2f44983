// SPDX-License-Identifier: Apache-2.0
#include "apps/address_arguments.h"

#include <gtest/gtest.h>

#include "apps/command.h"

namespace mptcpp::apps {
namespace {

TEST(ParseListenAddress, TakesAPortAloneOrWithAnAddress) {
  EXPECT_EQ(ParseListenAddress("5000"), (SocketAddress{IpAddress(), 5000}));
  EXPECT_EQ(ParseListenAddress("192.0.2.1:80"), (SocketAddress{IpAddress::V4(192, 0, 2, 1), 80}));
  EXPECT_EQ(ParseListenAddress("[::1]:65535"), (SocketAddress{*IpAddress::Parse("::1"), 65535}));
}

TEST(ParseListenAddress, RefusesTheRest) {
  for (const char* text : {"", "0", "65536", "-1", "80x", "host:80", "192.0.2.1", "192.0.2.1:0", "::1:80"}) {
    EXPECT_THROW(ParseListenAddress(text), UsageError) << text;
  }
}

TEST(ResolveRemote, TakesLiteralsAndNames) {
  EXPECT_EQ(ResolveRemote("192.0.2.1:80", IpFamily::kNone).value(), (SocketAddress{IpAddress::V4(192, 0, 2, 1), 80}));
  EXPECT_EQ(ResolveRemote("[2001:db8::1]:80", IpFamily::kNone).value(), (SocketAddress{*IpAddress::Parse("2001:db8::1"), 80}));
  EXPECT_EQ(ResolveRemote("localhost:80", IpFamily::kV4).value(), (SocketAddress{IpAddress::V4(127, 0, 0, 1), 80}));
}

TEST(ResolveRemote, RefusesWhatIsNotHostAndPort) {
  for (const char* text : {"", "host", ":80", "host:", "host:0", "host:99999", "2001:db8::1:80"}) {
    EXPECT_THROW(static_cast<void>(ResolveRemote(text, IpFamily::kNone)), UsageError) << text;
  }
}

}  // namespace
}  // namespace mptcpp::apps
