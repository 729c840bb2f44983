// SPDX-License-Identifier: Apache-2.0
#include "tcp/ack_policy.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Duration kDelay = Duration::Millis(40);
constexpr Duration kIdle = Duration::Millis(200);
constexpr Instant kStart = Instant::FromNanos(1'000'000'000);

AckPolicy AfterQuickPhase() {
  AckPolicy policy(kDelay);
  for (int i = 0; i < 16; ++i) {
    policy.OnInOrder(1000, 0, kIdle, kStart);
    EXPECT_TRUE(policy.Due(kStart)) << "segment " << i;
    policy.OnAckSent(true);
  }
  return policy;
}

TEST(AckPolicy, NothingIsDueAtFirst) {
  AckPolicy policy(kDelay);
  EXPECT_FALSE(policy.Due(kStart));
  EXPECT_TRUE(policy.Deadline().IsInfinite());
}

TEST(AckPolicy, EverySecondFullSegment) {
  AckPolicy policy = AfterQuickPhase();
  policy.OnInOrder(1000, 0, kIdle, kStart);
  EXPECT_FALSE(policy.Due(kStart));
  policy.OnInOrder(1000, 0, kIdle, kStart);
  EXPECT_TRUE(policy.Due(kStart));
}

TEST(AckPolicy, ASingleOneAfterTheDelay) {
  AckPolicy policy = AfterQuickPhase();
  policy.OnInOrder(1000, 0, kIdle, kStart);
  policy.OnInOrder(10, 0, kIdle, kStart + Duration::Millis(30));
  EXPECT_EQ(policy.Deadline(), kStart + kDelay);
  EXPECT_FALSE(policy.Due(kStart + Duration::Millis(39)));
  EXPECT_TRUE(policy.Due(kStart + kDelay));
  policy.OnAckSent(true);
  EXPECT_FALSE(policy.Due(kStart + kDelay));
}

TEST(AckPolicy, AMergedSegmentCountsAsItsParts) {
  AckPolicy policy = AfterQuickPhase();
  policy.OnInOrder(2000, 1000, kIdle, kStart);
  EXPECT_TRUE(policy.Due(kStart));
}

TEST(AckPolicy, SmallSegmentsWait) {
  AckPolicy policy = AfterQuickPhase();
  for (int i = 0; i < 19; ++i) policy.OnInOrder(100, 0, kIdle, kStart);
  EXPECT_FALSE(policy.Due(kStart));
  policy.OnInOrder(100, 0, kIdle, kStart);
  EXPECT_TRUE(policy.Due(kStart));
}

TEST(AckPolicy, QuickAgainAfterSilence) {
  AckPolicy policy = AfterQuickPhase();
  policy.OnInOrder(100, 0, kIdle, kStart + kIdle + Duration::Millis(1));
  EXPECT_TRUE(policy.Due(kStart + kIdle + Duration::Millis(1)));
}

TEST(AckPolicy, ARequestIsSatisfiedByAPureAckOnly) {
  AckPolicy policy(kDelay);
  policy.Request();
  policy.OnAckSent(false);
  EXPECT_TRUE(policy.Due(kStart));
  policy.OnAckSent(true);
  EXPECT_FALSE(policy.Due(kStart));
}

}  // namespace
}  // namespace mptcpp::tcp
