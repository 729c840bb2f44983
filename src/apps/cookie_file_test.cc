// SPDX-License-Identifier: Apache-2.0
#include "apps/cookie_file.h"

#include <gtest/gtest.h>

namespace mptcpp::apps {
namespace {

TEST(CookieFile, SurvivesTheFile) {
  const std::array<std::byte, 6> bytes{std::byte{0xc0}, std::byte{1}, std::byte{0}, std::byte{0xff}, std::byte{0x1e}, std::byte{9}};
  const std::vector<FastOpenEntry> entries{
      {.server = IpAddress::V4(192, 0, 2, 1), .cookie = wire::FastOpenCookie(bytes), .mss = 1460},
      {.server = *IpAddress::Parse("2001:db8::1"), .cookie = wire::FastOpenCookie(std::span(bytes).first(4)), .mss = 0}};
  const std::string text = FormatCookies(entries);
  EXPECT_EQ(text, "192.0.2.1 1460 c00100ff1e09\n2001:db8::1 0 c00100ff\n");
  EXPECT_EQ(ParseCookies(text), entries);
}

TEST(CookieFile, SkipsWhatMakesNoSense) {
  EXPECT_TRUE(ParseCookies("").empty());
  EXPECT_TRUE(ParseCookies("hello\n192.0.2.1\n192.0.2.1 1460\n192.0.2.1 1460 c0\n192.0.2.1 1460 zzzzzzzz\n"
                           "192.0.2.300 1460 c00100ff\n192.0.2.1 1460 c00100ff1\n")
                  .empty());
  EXPECT_EQ(ParseCookies("nonsense\n192.0.2.1 1460 c00100ff\n").size(), 1u);
}

}  // namespace
}  // namespace mptcpp::apps
