// SPDX-License-Identifier: Apache-2.0
#include "tcp/window_validation.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Duration kRtt = Duration::Millis(100);

struct WindowValidationTest : testing::Test {
  WindowValidation validation;
  Instant now = Instant::FromNanos(1'000'000'000);
  void Rounds(int n, std::int64_t acked) {
    for (int i = 0; i < n; ++i) {
      now = now + kRtt;
      validation.OnAcked(Bytes(acked / 2), true, kRtt, now);
      validation.OnAcked(Bytes(acked - acked / 2), false, kRtt, now);
    }
  }
};

TEST_F(WindowValidationTest, NothingKnownCountsAsValidated) {  // RFC 7661 4.2: undefined
  EXPECT_TRUE(validation.IsValidated(Bytes(1'000'000)));
}

// Covers: CC-11
TEST_F(WindowValidationTest, HalfOfTheWindowInUseValidatesIt) {
  Rounds(3, 10'000);
  EXPECT_EQ(validation.PipeAck(), Bytes(10'000));
  EXPECT_TRUE(validation.IsValidated(Bytes(20'000)));
  EXPECT_FALSE(validation.IsValidated(Bytes(20'002)));
}

TEST_F(WindowValidationTest, TheMostOfTheSamplingPeriodCounts) {
  Rounds(2, 10'000);
  Rounds(5, 1'000);
  EXPECT_EQ(validation.PipeAck(), Bytes(10'000)) << "a second has not passed";
  Rounds(30, 1'000);
  EXPECT_EQ(validation.PipeAck(), Bytes(1'000));
}

TEST_F(WindowValidationTest, WhatIsForgottenIsNotHeldAgainstAnybody) {
  Rounds(3, 10'000);
  EXPECT_FALSE(validation.IsValidated(Bytes(100'000)));
  validation.Forget();
  EXPECT_TRUE(validation.IsValidated(Bytes(100'000)));
}

TEST_F(WindowValidationTest, AfterFiveMinutesTheWindowGivesWay) {  // 4.4.3
  EXPECT_FALSE(validation.MustDecay(true, now));
  now = now + Duration::Millis(299'999);
  EXPECT_FALSE(validation.MustDecay(true, now));
  now = now + Duration::Millis(1);
  EXPECT_TRUE(validation.MustDecay(true, now));
  EXPECT_FALSE(validation.MustDecay(true, now)) << "the next one takes five minutes again";
  EXPECT_FALSE(validation.MustDecay(false, now));
  now = now + Duration::Seconds(299);
  EXPECT_FALSE(validation.MustDecay(true, now)) << "validated in between";
}

}  // namespace
}  // namespace mptcpp::tcp
