// SPDX-License-Identifier: Apache-2.0
#include "tcp/path_mtu.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Instant kStart = Instant::FromNanos(0);

PathMtu Of(MtuProbing mode, bool v6 = false) {
  TcpOptions options;
  options.mtu_probing = mode;
  return PathMtu(options, v6);
}

// Sends probes over a path that takes `path` bytes until none is due; returns how many, or 0 if that never happens.
int Search(PathMtu& mtu, std::uint32_t path, Instant& now) {
  for (int probes = 0; probes < 100; ++probes) {
    if (!mtu.IsSearching()) return probes;
    now = now + Duration::Seconds(1);
    const std::uint32_t size = mtu.ProbeMss(now) + 40;
    EXPECT_GT(size, mtu.mtu());
    mtu.OnProbeSent();
    EXPECT_EQ(mtu.ProbeMss(now), 0u) << "one at a time";
    size <= path ? mtu.OnProbeDelivered(now) : mtu.OnProbeLost(now);
  }
  return 0;
}

TEST(PathMtu, MssWithoutOptions) {
  EXPECT_EQ(Of(MtuProbing::kOff, false).mss(), 1460u);
  EXPECT_EQ(Of(MtuProbing::kOff, true).mss(), 1440u);
}

TEST(PathMtu, OnlyDown) {
  PathMtu path = Of(MtuProbing::kOff, false);
  EXPECT_FALSE(path.OnTooBig(1500, kStart));
  EXPECT_TRUE(path.OnTooBig(1400, kStart));
  EXPECT_FALSE(path.OnTooBig(1450, kStart));
  EXPECT_EQ(path.mss(), 1360u);
  EXPECT_EQ(path.offered_mss(), 1460);
}

TEST(PathMtu, BelowTheMinimumIsIgnored) {
  PathMtu v4 = Of(MtuProbing::kOff, false);
  EXPECT_FALSE(v4.OnTooBig(67, kStart));
  EXPECT_TRUE(v4.OnTooBig(68, kStart));
  PathMtu v6 = Of(MtuProbing::kOff, true);
  EXPECT_FALSE(v6.OnTooBig(1279, kStart));
  EXPECT_FALSE(v6.OnTooBig(0, kStart));
  EXPECT_TRUE(v6.OnTooBig(1280, kStart));
}

TEST(PathMtu, OldRoutersMeanTheNextPlateau) {
  PathMtu path = Of(MtuProbing::kOff, false);
  EXPECT_TRUE(path.OnTooBig(0, kStart));
  EXPECT_EQ(path.mss(), 1452u);
  EXPECT_TRUE(path.OnTooBig(0, kStart));
  EXPECT_EQ(path.mss(), 966u);
}

TEST(PathMtu, TriedAgainAfterTenMinutes) {
  PathMtu path = Of(MtuProbing::kOff, false);
  path.OnTooBig(1400, kStart);
  EXPECT_FALSE(path.MaybeRaise(kStart + Duration::Seconds(599)));
  EXPECT_TRUE(path.MaybeRaise(kStart + Duration::Seconds(600)));
  EXPECT_EQ(path.mss(), 1460u);
  EXPECT_FALSE(path.MaybeRaise(kStart + Duration::Seconds(9999)));
}

TEST(PathMtu, WithProbesLargerSizesAreSearchedForNotAssumed) {
  PathMtu path = Of(MtuProbing::kBlackHole);
  path.OnTooBig(1400, kStart);
  EXPECT_FALSE(path.IsSearching()) << "a router has said what fits";
  EXPECT_FALSE(path.MaybeRaise(kStart + Duration::Seconds(600)));
  EXPECT_EQ(path.mtu(), 1400u);
  EXPECT_EQ(path.ProbeMss(kStart + Duration::Seconds(600)), 1460u) << "the whole first: the path may be another one";
}

TEST(PathMtu, ABlackHoleIsEscapedToTheBaseThenTheSmallest) {
  PathMtu path = Of(MtuProbing::kBlackHole);
  EXPECT_TRUE(path.OnBlackHole(1500, kStart));
  EXPECT_EQ(path.mtu(), 1200u);
  EXPECT_TRUE(path.OnBlackHole(1500, kStart));
  EXPECT_EQ(path.mtu(), 576u);
  EXPECT_FALSE(path.OnBlackHole(1500, kStart));
  PathMtu v6 = Of(MtuProbing::kBlackHole, true);
  EXPECT_TRUE(v6.OnBlackHole(1500, kStart));
  EXPECT_EQ(v6.mtu(), 1280u);
  EXPECT_FALSE(v6.OnBlackHole(1500, kStart));
  PathMtu off = Of(MtuProbing::kOff);
  EXPECT_FALSE(off.OnBlackHole(1500, kStart));
}

TEST(PathMtu, WhatIsNoLongerThanTheNextLowerSizeIsNoEvidence) {
  PathMtu path = Of(MtuProbing::kBlackHole);
  EXPECT_FALSE(path.OnBlackHole(1200, kStart));
  EXPECT_EQ(path.mtu(), 1500u);
  EXPECT_TRUE(path.OnBlackHole(1201, kStart));
  EXPECT_FALSE(path.OnBlackHole(576, kStart));
  EXPECT_EQ(path.mtu(), 1200u);
  EXPECT_TRUE(path.OnBlackHole(577, kStart));
}

TEST(PathMtu, TheSearchFindsWhatThePathTakes) {
  for (const std::uint32_t takes : {1500u, 1492u, 1420u, 1300u, 1208u, 1200u}) {
    PathMtu path = Of(MtuProbing::kAlways);
    Instant now = kStart;
    EXPECT_EQ(path.mtu(), 1200u);
    const int probes = Search(path, takes, now);
    EXPECT_LE(path.mtu(), takes);
    EXPECT_GT(path.mtu() + 8, takes);
    EXPECT_EQ(path.probes(), static_cast<std::uint32_t>(probes));
    if (takes == 1500) {
      EXPECT_EQ(probes, 1) << "the most comes first";
    }
    EXPECT_LE(probes, 25);
    // The raise timer starts only if there is something to gain.
    EXPECT_FALSE(path.MaybeRaise(now + Duration::Seconds(600)));
    EXPECT_EQ(path.IsSearching(), takes < 1500) << takes;
  }
}

TEST(PathMtu, OneLostProbeIsTriedAgain) {
  PathMtu path = Of(MtuProbing::kAlways);
  path.OnProbeSent();
  path.OnProbeLost(kStart);
  EXPECT_EQ(path.ProbeMss(kStart + Duration::Millis(999)), 0u) << "not in a hurry";
  EXPECT_EQ(path.ProbeMss(kStart + Duration::Seconds(1)), 1460u);
}

TEST(PathMtu, ARouterThatAnswersTheProbeEndsTheGuessing) {
  PathMtu path = Of(MtuProbing::kAlways);
  path.OnProbeSent();
  EXPECT_FALSE(path.OnTooBig(1400, kStart)) << "what is in use stays";
  EXPECT_TRUE(path.IsProbeRefused());
  path.OnProbeLost(kStart);
  EXPECT_EQ(path.ProbeMss(kStart + Duration::Seconds(1)), 1360u);
}

TEST(PathMtu, ThePeersMssIsTheLimit) {
  PathMtu path = Of(MtuProbing::kAlways);
  path.LimitTo(1300);
  EXPECT_EQ(path.ProbeMss(kStart), 1300u);
  EXPECT_EQ(path.offered_mss(), 1460);
}

}  // namespace
}  // namespace mptcpp::tcp
