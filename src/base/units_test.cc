// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <gtest/gtest.h>

namespace mptcpp {
namespace {

TEST(Duration, ConvertsAndCalculates) {
  EXPECT_EQ(Duration::Seconds(1), Duration::Millis(1000));
  EXPECT_EQ(Duration::Millis(1), Duration::Micros(1000));
  EXPECT_EQ(Duration::Micros(1), Duration::Nanos(1000));
  EXPECT_EQ(Duration::SecondsF(0.25), Duration::Millis(250));
  EXPECT_EQ((Duration::Seconds(1) - Duration::Millis(1500)).millis(), -500);
  EXPECT_EQ(-Duration::Millis(3) * 2, Duration::Millis(-6));
  EXPECT_EQ(Duration::Seconds(1) / 4, Duration::Millis(250));
  EXPECT_DOUBLE_EQ(Duration::Millis(1500).seconds(), 1.5);
  EXPECT_TRUE(Duration::Infinite().IsInfinite());
  EXPECT_LT(Duration::Seconds(1'000'000), Duration::Infinite());
  EXPECT_EQ(Shorter(Duration::Millis(1), Duration::Millis(2)), Duration::Millis(1));
  EXPECT_EQ(Longer(Duration::Millis(1), Duration::Millis(2)), Duration::Millis(2));
}

TEST(Instant, InfinityStaysInfinite) {
  const Instant start = Instant::FromNanos(5);
  EXPECT_EQ((start + Duration::Nanos(7)).nanos(), 12);
  EXPECT_EQ((start + Duration::Nanos(7)) - start, Duration::Nanos(7));
  EXPECT_EQ(start - Duration::Nanos(7), Instant::FromNanos(-2));
  EXPECT_TRUE((start + Duration::Infinite()).IsInfinite());
  EXPECT_TRUE((Instant::Infinite() + Duration::Seconds(1)).IsInfinite());
  EXPECT_EQ(Sooner(Instant::Infinite(), start), start);
}

TEST(Bytes, AreSigned) {
  EXPECT_EQ(Bytes::KiB(1).count(), 1024);
  EXPECT_EQ(Bytes::MiB(1), Bytes::KiB(1024));
  EXPECT_EQ((Bytes(3) - Bytes(10)).count(), -7);
  EXPECT_EQ(Bytes(10) / Bytes(3), 3);
  EXPECT_EQ(Bytes(10) * 3 / 4, Bytes(7));
  EXPECT_EQ(Smaller(Bytes(1), Bytes(2)), Bytes(1));
  EXPECT_EQ(Larger(Bytes(1), Bytes(2)), Bytes(2));
  Bytes sum(1);
  sum += Bytes(4);
  sum -= Bytes(2);
  EXPECT_EQ(sum, Bytes(3));
}

TEST(Rate, ConvertsBetweenBytesAndTime) {
  const Rate rate = Rate::MegabitsPerSecond(8);
  EXPECT_DOUBLE_EQ(rate.bytes_per_second(), 1e6);
  EXPECT_DOUBLE_EQ(rate.bits_per_second(), 8e6);
  EXPECT_EQ(Rate::BitsPerSecond(8e6), rate);
  EXPECT_EQ(rate.TimeFor(Bytes(1500)), Duration::Micros(1500));
  EXPECT_EQ(rate.In(Duration::Millis(10)), Bytes(10'000));
  EXPECT_EQ(Rate::Per(Bytes(10'000), Duration::Millis(10)), rate);
  EXPECT_EQ(rate * 0.5 + rate * 0.5, rate);
}

TEST(Rate, NoneAndUnlimitedAreNotDivisions) {
  EXPECT_TRUE(Rate().IsZero());
  EXPECT_TRUE(Rate().TimeFor(Bytes(1)).IsInfinite());
  EXPECT_TRUE(Rate::Infinite().IsInfinite());
  EXPECT_TRUE(Rate::Infinite().TimeFor(Bytes::Infinite()).IsZero());
}

TEST(Rate, ExtremesSaturate) {
  EXPECT_TRUE(Rate::BytesPerSecond(1e-3).TimeFor(Bytes::Infinite()).IsInfinite());
  EXPECT_EQ(Rate::Infinite().In(Duration::Millis(1)), Bytes::Infinite());
  EXPECT_EQ(Rate::BytesPerSecond(1e12).In(Duration::Infinite()), Bytes::Infinite());
  EXPECT_TRUE(Duration::SecondsF(1e300).IsInfinite());
  EXPECT_EQ(Duration::SecondsF(-1e300), -Duration::Infinite());
  EXPECT_EQ(Rate().In(Duration::Seconds(1)), Bytes(0));
}

TEST(StrongId, ComparesByValue) {
  EXPECT_EQ(AddressId(3).value(), 3);
  EXPECT_LT(AddressId(3), AddressId(4));
  EXPECT_EQ(Token(0x6684'0dda), Token(0x6684'0dda));
  EXPECT_NE(Token(), Token(1));
}

}  // namespace
}  // namespace mptcpp
