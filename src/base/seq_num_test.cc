// SPDX-License-Identifier: Apache-2.0
#include "base/seq_num.h"

#include <gtest/gtest.h>

namespace mptcpp {
namespace {

TEST(SeqNum, OrdersAroundTheWrap) {
  const SeqNum before(0xffff'fff0);
  const SeqNum after(0x10);
  EXPECT_TRUE(before.Before(after));
  EXPECT_FALSE(after.Before(before));
  EXPECT_TRUE(after.After(before));
  EXPECT_TRUE(before.AtOrBefore(before));
  EXPECT_TRUE(before.AtOrAfter(before));
  EXPECT_FALSE(before.Before(before));
  EXPECT_FALSE(before.After(before));
  EXPECT_EQ(after.DistanceFrom(before), 0x20u);
  EXPECT_EQ(before.DistanceFrom(after), 0xffff'ffe0u);
}

TEST(SeqNum, CalculatesModulo32Bits) {
  EXPECT_EQ(SeqNum(0xffff'ffff) + 1, SeqNum(0));
  EXPECT_EQ(SeqNum(0) - 1, SeqNum(0xffff'ffff));
  SeqNum seq(0xffff'fffe);
  seq += 4;
  EXPECT_EQ(seq, SeqNum(2));
}

TEST(SeqNum, WindowIncludesItsStartAndExcludesItsEnd) {
  const SeqNum start(0xffff'fffe);
  EXPECT_TRUE(start.InWindow(start, 4));
  EXPECT_TRUE(SeqNum(1).InWindow(start, 4));
  EXPECT_FALSE(SeqNum(2).InWindow(start, 4));
  EXPECT_FALSE(SeqNum(0xffff'fffd).InWindow(start, 4));
  EXPECT_FALSE(start.InWindow(start, 0));
}

TEST(SeqNum, LaterAndEarlierFollowTheCircle) {
  EXPECT_EQ(Later(SeqNum(0xffff'ffff), SeqNum(3)), SeqNum(3));
  EXPECT_EQ(Later(SeqNum(3), SeqNum(0xffff'ffff)), SeqNum(3));
  EXPECT_EQ(Earlier(SeqNum(0xffff'ffff), SeqNum(3)), SeqNum(0xffff'ffff));
}

TEST(Dsn, OrdersAndCalculatesWith64Bits) {
  const Dsn before(0xffff'ffff'ffff'fff0);
  const Dsn after = before + 0x20;
  EXPECT_EQ(after, Dsn(0x10));
  EXPECT_TRUE(before.Before(after));
  EXPECT_TRUE(after.After(before));
  EXPECT_EQ(after.DistanceFrom(before), 0x20u);
  EXPECT_EQ(after - 0x20, before);
  EXPECT_TRUE(after.InWindow(before, 0x21));
  EXPECT_FALSE(after.InWindow(before, 0x20));
  EXPECT_EQ(Later(before, after), after);
  EXPECT_EQ(Earlier(before, after), before);
  EXPECT_TRUE(Dsn(1).Before(Dsn(0x1'0000'0000)));
  EXPECT_EQ(Dsn(0x1122'3344'5566'7788).low32(), 0x5566'7788u);
}

struct Widening {
  std::uint64_t expected;
  std::uint32_t low32;
  std::uint64_t result;
};

class WidenDsnTest : public testing::TestWithParam<Widening> {};

TEST_P(WidenDsnTest, PicksTheNearest) {
  const Widening& w = GetParam();
  const auto widened = WidenDsn(w.low32, Dsn(w.expected));
  ASSERT_TRUE(widened.has_value());
  EXPECT_EQ(widened->value(), w.result) << std::hex << widened->value();
}

INSTANTIATE_TEST_SUITE_P(Vectors, WidenDsnTest,
                         testing::Values(Widening{0x0000'0000'ffff'fff0, 0x0000'0005, 0x0000'0001'0000'0005},
                                         Widening{0x0000'0000'ffff'fff0, 0xffff'ffe0, 0x0000'0000'ffff'ffe0},
                                         Widening{0x0000'0001'0000'0005, 0xffff'fff8, 0x0000'0000'ffff'fff8},
                                         Widening{0xf5a1'01d3'd29d'6f73, 0xd29d'6f7d, 0xf5a1'01d3'd29d'6f7d},
                                         // Just this side of half a circle, both ways.
                                         Widening{0x0000'0007'0000'0000, 0x7fff'ffff, 0x0000'0007'7fff'ffff},
                                         Widening{0x0000'0007'0000'0000, 0x8000'0001, 0x0000'0006'8000'0001},
                                         // The 64-bit space is a circle as well.
                                         Widening{0xffff'ffff'ffff'fff0, 0x0000'0005, 0x0000'0000'0000'0005},
                                         Widening{0x0000'0000'0000'0005, 0xffff'fff8, 0xffff'ffff'ffff'fff8}));

TEST(WidenDsn, HalfACircleAwayIsAmbiguous) {
  EXPECT_EQ(WidenDsn(0x8000'0000, Dsn(0)), std::nullopt);
  EXPECT_EQ(WidenDsn(0x0000'0001, Dsn(0x0123'4567'8000'0001)), std::nullopt);
}

}  // namespace
}  // namespace mptcpp
