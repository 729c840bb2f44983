// SPDX-License-Identifier: Apache-2.0
#include "drivers/tun_device.h"

#include <gtest/gtest.h>

namespace mptcpp::drivers {
namespace {

std::string Other(const char* address, std::uint8_t prefix) {
  const IpAddress other = OtherHostAddress(*IpAddress::Parse(address), prefix);
  return other.IsNone() ? "none" : other.ToString();
}

TEST(ParseTunPath, ReadsDeviceAddressAndPrefix) {
  const auto path = ParseTunPath("tun0=10.0.0.2/24");
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->device, "tun0");
  EXPECT_EQ(path->address, IpAddress::V4(10, 0, 0, 2));
  EXPECT_EQ(path->prefix_length, 24);
  const auto six = ParseTunPath("t=fd00::2/64");
  ASSERT_TRUE(six.has_value());
  EXPECT_EQ(six->address, *IpAddress::Parse("fd00::2"));
  EXPECT_EQ(six->prefix_length, 64);
}

TEST(ParseTunPath, RefusesWhatItCannotBe) {
  for (const char* text : {"", "tun0", "tun0=", "tun0=10.0.0.2", "tun0=10.0.0.2/33", "tun0=10.0.0.2/", "tun0=10.0.0.2/2x",
                           "=10.0.0.2/24", "a-name-of-16-char=10.0.0.2/24", "tun0=fd00::2/129", "tun0=10.0.0/24"}) {
    EXPECT_FALSE(ParseTunPath(text).has_value()) << text;
  }
}

TEST(OtherHostAddress, IsTheFirstHostThatIsNotOurs) {
  EXPECT_EQ(Other("10.0.0.2", 24), "10.0.0.1");
  EXPECT_EQ(Other("10.0.0.1", 24), "10.0.0.2");
  EXPECT_EQ(Other("10.0.3.7", 16), "10.0.0.1");
  EXPECT_EQ(Other("10.0.0.6", 30), "10.0.0.5");
  EXPECT_EQ(Other("10.0.0.5", 30), "10.0.0.6");
  EXPECT_EQ(Other("10.0.0.4", 31), "10.0.0.5");
  EXPECT_EQ(Other("10.0.0.5", 31), "10.0.0.4");
  EXPECT_EQ(Other("fd00::2", 64), "fd00::1");
  EXPECT_EQ(Other("fd00::1", 64), "fd00::2");
  EXPECT_EQ(Other("fd00::5", 127), "fd00::4");
}

TEST(OtherHostAddress, DoesNotExistInAPrefixOfOne) {
  EXPECT_EQ(Other("10.0.0.2", 32), "none");
  EXPECT_EQ(Other("fd00::2", 128), "none");
}

}  // namespace
}  // namespace mptcpp::drivers
