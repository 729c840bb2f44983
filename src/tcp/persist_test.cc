// SPDX-License-Identifier: Apache-2.0
#include "tcp/persist.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Instant kStart = Instant::FromNanos(0);
constexpr Duration kRto = Duration::Millis(200);
constexpr Duration kLongest = Duration::Millis(500);

TEST(Persist, DoublesUpToTheLongest) {
  Persist persist;
  EXPECT_TRUE(persist.deadline().IsInfinite());
  persist.Block(kRto, kStart);
  EXPECT_EQ(persist.deadline(), kStart + kRto);
  EXPECT_FALSE(persist.OnDeadline(kStart + Duration::Millis(199), kLongest));
  EXPECT_TRUE(persist.OnDeadline(kStart + kRto, kLongest));
  EXPECT_EQ(persist.deadline(), kStart + Duration::Millis(600));
  EXPECT_TRUE(persist.OnDeadline(kStart + Duration::Millis(600), kLongest));
  EXPECT_EQ(persist.deadline(), kStart + Duration::Millis(1100));
}

TEST(Persist, BlockingAgainDoesNotRestart) {
  Persist persist;
  persist.Block(kRto, kStart);
  persist.Block(kRto, kStart + Duration::Millis(100));
  EXPECT_EQ(persist.deadline(), kStart + kRto);
  persist.Stop();
  EXPECT_FALSE(persist.IsBlocked());
  EXPECT_TRUE(persist.deadline().IsInfinite());
}

}  // namespace
}  // namespace mptcpp::tcp
