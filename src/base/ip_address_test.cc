// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "base/hex_for_testing.h"

namespace mptcpp {
namespace {

TEST(IpAddress, ReadsAndPrintsBothFamilies) {
  const auto v4 = IpAddress::Parse("192.0.2.33");
  ASSERT_TRUE(v4);
  EXPECT_TRUE(v4->IsV4());
  EXPECT_EQ(*v4, IpAddress::V4(192, 0, 2, 33));
  EXPECT_EQ(ToHex(v4->bytes()), "c0000221");
  EXPECT_EQ(v4->ToString(), "192.0.2.33");

  const auto v6 = IpAddress::Parse("2001:db8::77");
  ASSERT_TRUE(v6);
  EXPECT_TRUE(v6->IsV6());
  EXPECT_EQ(ToHex(v6->bytes()), "20010db8000000000000000000000077");
  EXPECT_EQ(v6->ToString(), "2001:db8::77");
}

TEST(IpAddress, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "192.0.2", "192.0.2.256", "2001:db8", "[::1]", "fe80::1%eth0", "example.org", " 192.0.2.1"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
}

TEST(IpAddress, FromBytesTakesFourOrSixteen) {
  const auto bytes = FromHex("20010db8000000000000000000000077");
  EXPECT_EQ(IpAddress::FromBytes(bytes), IpAddress::Parse("2001:db8::77"));
  EXPECT_EQ(IpAddress::FromBytes(std::span(bytes).first(4)), IpAddress::V4(0x20, 1, 0x0d, 0xb8));
  EXPECT_TRUE(IpAddress::FromBytes(std::span(bytes).first(5)).IsNone());
  EXPECT_TRUE(IpAddress::FromBytes({}).IsNone());
}

TEST(IpAddress, KnowsSpecialAddresses) {
  EXPECT_TRUE(IpAddress().IsUnspecified());
  EXPECT_TRUE(IpAddress::AnyV4().IsUnspecified());
  EXPECT_TRUE(IpAddress::AnyV6().IsUnspecified());
  EXPECT_NE(IpAddress::AnyV4(), IpAddress::AnyV6());
  EXPECT_FALSE(IpAddress::V4(10, 0, 0, 1).IsUnspecified());

  EXPECT_TRUE(IpAddress::Parse("224.0.0.1")->IsMulticast());
  EXPECT_TRUE(IpAddress::Parse("255.255.255.255")->IsMulticast());
  EXPECT_TRUE(IpAddress::Parse("ff02::1")->IsMulticast());
  EXPECT_FALSE(IpAddress::Parse("223.255.255.255")->IsMulticast());
  EXPECT_FALSE(IpAddress::Parse("fe80::1")->IsMulticast());

  EXPECT_TRUE(IpAddress::Parse("127.8.9.10")->IsLoopback());
  EXPECT_TRUE(IpAddress::Parse("::1")->IsLoopback());
  EXPECT_FALSE(IpAddress::Parse("128.0.0.1")->IsLoopback());
  EXPECT_FALSE(IpAddress::AnyV6().IsLoopback());
  EXPECT_FALSE(IpAddress().IsLoopback());
}

TEST(IpAddress, HashesByValue) {
  std::unordered_set<IpAddress> set{IpAddress::V4(10, 0, 0, 1), IpAddress::V4(10, 0, 0, 1), IpAddress::V4(10, 0, 0, 2),
                                    *IpAddress::Parse("::1")};
  EXPECT_EQ(set.size(), 3u);
}

TEST(SocketAddress, ReadsAndPrintsBothFamilies) {
  for (const char* text : {"192.0.2.1:80", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
    const auto address = SocketAddress::Parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(SocketAddress, RefusesWhatIsAmbiguousOrOutOfRange) {
  for (const char* text : {"", ":80", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:8o", "::1:80",
                           "2001:db8::1:80", "[2001:db8::1]80", "[]:80"}) {
    EXPECT_FALSE(SocketAddress::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace mptcpp
