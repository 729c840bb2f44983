// SPDX-License-Identifier: Apache-2.0
#include "sim/units_text.h"

#include <gtest/gtest.h>

namespace mptcpp::sim {
namespace {

TEST(UnitsText, ReadsWhatPeopleWrite) {
  EXPECT_EQ(ParseDuration("10ms"), Duration::Millis(10));
  EXPECT_EQ(ParseDuration("1.5 s"), Duration::Millis(1500));
  EXPECT_EQ(ParseDuration("2 min"), Duration::Seconds(120));
  EXPECT_EQ(ParseRate("50 Mbit/s"), Rate::MegabitsPerSecond(50));
  EXPECT_EQ(ParseRate("unlimited"), Rate::Infinite());
  EXPECT_EQ(ParseBytes("4 MiB"), Bytes::MiB(4));
  EXPECT_EQ(ParseBytes("10MB"), Bytes(10'000'000));
  EXPECT_DOUBLE_EQ(*ParseFraction("1 %"), 0.01);
  EXPECT_DOUBLE_EQ(*ParseFraction("0.25"), 0.25);
}

TEST(UnitsText, RefusesWhatIsNoQuantity) {
  for (const char* text : {"", "10", "ms", "-1 ms", "10 mss", "10 ms ", "1e400s", "nan s", "inf s", "1e30 s"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
  EXPECT_FALSE(ParseRate("10 Mbit"));
  EXPECT_FALSE(ParseBytes("10"));
  EXPECT_FALSE(ParseFraction("101 %"));
  EXPECT_FALSE(ParseFraction("1 ms"));
}

}  // namespace
}  // namespace mptcpp::sim
