// SPDX-License-Identifier: Apache-2.0
#include "congestion/pacing.h"

#include <gtest/gtest.h>

namespace mptcpp::congestion {
namespace {

constexpr Instant kStart = Instant::FromNanos(5'000'000'000);
constexpr Rate kRate = Rate::BytesPerSecond(1e6);
constexpr Bytes kQuantum = Bytes(3000);

TEST(DefaultPacingRateTest, TwoWindowsPerRoundInSlowStartThenSixFifths) {
  const Duration rtt = Duration::Millis(100);
  EXPECT_DOUBLE_EQ(DefaultPacingRate({.cwnd = Bytes(10000)}, rtt).bytes_per_second(), 200000);
  EXPECT_DOUBLE_EQ(DefaultPacingRate({.cwnd = Bytes(10000), .ssthresh = Bytes(10000)}, rtt).bytes_per_second(), 120000);
  EXPECT_DOUBLE_EQ(DefaultPacingRate({.cwnd = Bytes(6000), .ssthresh = Bytes(10000)}, rtt).bytes_per_second(), 72000);
}

TEST(DefaultPacingRateTest, OffWithoutAnRtt) {
  EXPECT_TRUE(DefaultPacingRate({.cwnd = Bytes(10000)}, Duration::Zero()).IsInfinite());
}

TEST(DefaultQuantumTest, AMillisecondWithinBounds) {
  EXPECT_EQ(DefaultQuantum(Rate::BytesPerSecond(1e7), 1000), Bytes(10000));
  EXPECT_EQ(DefaultQuantum(Rate::BytesPerSecond(1e3), 1000), Bytes(2000));
  EXPECT_EQ(DefaultQuantum(Rate::BytesPerSecond(1e30), 1000), Bytes::KiB(64));
  EXPECT_EQ(DefaultQuantum(Rate::Infinite(), 1000), Bytes::KiB(64));
}

TEST(PacerTest, UnpacedAllowsEverything) {
  Pacer pacer;
  pacer.OnSent(kStart, Bytes::MiB(1));
  EXPECT_EQ(pacer.Allowed(kStart), Bytes::Infinite());
  EXPECT_EQ(pacer.NextRelease(kStart), kStart);
}

TEST(PacerTest, WaitsForWhatWasSent) {
  Pacer pacer;
  pacer.SetRate(kRate, kQuantum);
  EXPECT_EQ(pacer.Allowed(kStart), kQuantum * 2);
  pacer.OnSent(kStart, Bytes(6000));
  pacer.OnSent(kStart, Bytes(2000));
  EXPECT_EQ(pacer.Allowed(kStart), Bytes());
  EXPECT_EQ(pacer.NextRelease(kStart), kStart + Duration::Millis(5)) << "8000 sent, 3000 were credit";
  EXPECT_EQ(pacer.Allowed(kStart + Duration::Millis(5)), kQuantum);
}

TEST(PacerTest, ThinFlowNeverWaits) {
  Pacer pacer;
  pacer.SetRate(kRate, kQuantum);
  for (int i = 0; i < 100; ++i) {
    const Instant now = kStart + Duration::Millis(2) * i;
    ASSERT_EQ(pacer.NextRelease(now), now);
    pacer.OnSent(now, Bytes(1000));
  }
}

TEST(PacerTest, LateTimersDoNotLowerTheRate) {
  Pacer pacer;
  pacer.SetRate(kRate, kQuantum);
  Instant now = kStart;
  Bytes sent;
  while (now < kStart + Duration::Seconds(1)) {
    const Bytes allowed = pacer.Allowed(now);
    ASSERT_GT(allowed, Bytes());
    pacer.OnSent(now, allowed);
    sent += allowed;
    now = pacer.NextRelease(now) + Duration::Micros(700);
  }
  EXPECT_NEAR(static_cast<double>(sent.count()), 1e6, 1e4);
}

TEST(PacerTest, IdleTimeEarnsOneQuantumOnly) {
  Pacer pacer;
  pacer.SetRate(kRate, kQuantum);
  pacer.OnSent(kStart, Bytes(9000));
  EXPECT_EQ(pacer.Allowed(kStart + Duration::Seconds(60)), kQuantum * 2);
}

}  // namespace
}  // namespace mptcpp::congestion
