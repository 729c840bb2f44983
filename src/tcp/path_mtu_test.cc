// SPDX-License-Identifier: Apache-2.0
#include "tcp/path_mtu.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Instant kStart = Instant::FromNanos(0);

TEST(PathMtu, MssWithoutOptions) {
  EXPECT_EQ(PathMtu(1500, false).mss(), 1460u);
  EXPECT_EQ(PathMtu(1500, true).mss(), 1440u);
}

TEST(PathMtu, OnlyDown) {
  PathMtu path(1500, false);
  EXPECT_FALSE(path.OnTooBig(1500, kStart));
  EXPECT_TRUE(path.OnTooBig(1400, kStart));
  EXPECT_FALSE(path.OnTooBig(1450, kStart));
  EXPECT_EQ(path.mss(), 1360u);
  EXPECT_EQ(path.offered_mss(), 1460);
}

TEST(PathMtu, BelowTheMinimumIsIgnored) {
  PathMtu v4(1500, false);
  EXPECT_FALSE(v4.OnTooBig(67, kStart));
  EXPECT_TRUE(v4.OnTooBig(68, kStart));
  PathMtu v6(1500, true);
  EXPECT_FALSE(v6.OnTooBig(1279, kStart));
  EXPECT_FALSE(v6.OnTooBig(0, kStart));
  EXPECT_TRUE(v6.OnTooBig(1280, kStart));
}

TEST(PathMtu, OldRoutersMeanTheNextPlateau) {
  PathMtu path(1500, false);
  EXPECT_TRUE(path.OnTooBig(0, kStart));
  EXPECT_EQ(path.mss(), 1452u);
  EXPECT_TRUE(path.OnTooBig(0, kStart));
  EXPECT_EQ(path.mss(), 966u);
}

TEST(PathMtu, TriedAgainAfterTenMinutes) {
  PathMtu path(1500, false);
  path.OnTooBig(1400, kStart);
  EXPECT_FALSE(path.MaybeRaise(kStart + Duration::Seconds(599)));
  EXPECT_TRUE(path.MaybeRaise(kStart + Duration::Seconds(600)));
  EXPECT_EQ(path.mss(), 1460u);
  EXPECT_FALSE(path.MaybeRaise(kStart + Duration::Seconds(9999)));
}

}  // namespace
}  // namespace mptcpp::tcp
