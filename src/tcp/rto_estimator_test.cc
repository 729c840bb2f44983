// SPDX-License-Identifier: Apache-2.0
#include "tcp/rto_estimator.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Duration Ms(std::int64_t n) { return Duration::Millis(n); }

TEST(RtoEstimator, BeginsWithTheInitialTimeout) {
  RtoEstimator rto{TcpOptions{}};
  EXPECT_FALSE(rto.has_sample());
  EXPECT_EQ(rto.rto(), Duration::Seconds(1));
}

TEST(RtoEstimator, FollowsTheFormulasOfRfc6298) {
  TcpOptions options;
  options.min_rto = Ms(1);
  RtoEstimator rto(options);
  rto.AddSample(Ms(100), true);
  EXPECT_EQ(rto.smoothed(), Ms(100));
  EXPECT_EQ(rto.variation(), Ms(50));
  EXPECT_EQ(rto.rto(), Ms(300));
  rto.AddSample(Ms(200), true);
  EXPECT_EQ(rto.variation(), Duration::Micros(62'500));
  EXPECT_EQ(rto.smoothed(), Duration::Micros(112'500));
  EXPECT_EQ(rto.rto(), Duration::Micros(362'500));
}

TEST(RtoEstimator, KeepsTheFloorUnderTheVariation) {
  RtoEstimator rto{TcpOptions{}};
  for (int i = 0; i < 200; ++i) rto.AddSample(Ms(300), true);
  EXPECT_LT(rto.variation(), Ms(1));
  EXPECT_EQ(rto.rto(), Ms(500));  // 300 + the floor of 200
}

TEST(RtoEstimator, ASpikeCountsUntilTheRoundEnds) {
  RtoEstimator rto{TcpOptions{}};
  rto.AddSample(Ms(100), true);
  rto.AddSample(Ms(500), true);
  const Duration peak = rto.variation();
  for (int i = 0; i < 50; ++i) rto.AddSample(rto.smoothed(), false);
  EXPECT_LT(rto.variation(), Ms(5));
  EXPECT_EQ(rto.rto(), rto.smoothed() + peak * 4);
  rto.AddSample(rto.smoothed(), true);
  EXPECT_EQ(rto.rto(), rto.smoothed() + Ms(200));
}

TEST(RtoEstimator, DoublesUpToTheCeilingUntilASampleComes) {
  RtoEstimator rto{TcpOptions{}};
  rto.AddSample(Ms(100), true);
  EXPECT_EQ(rto.rto(), Ms(300));
  rto.BackOff();
  EXPECT_EQ(rto.rto(), Ms(600));
  for (int i = 0; i < 100; ++i) rto.BackOff();
  EXPECT_EQ(rto.rto(), Duration::Seconds(60));
  rto.AddSample(Ms(100), true);
  EXPECT_LT(rto.rto(), Ms(400));
}

TEST(RtoEstimator, StartsWithThreeSecondsAfterALostSyn) {
  RtoEstimator rto{TcpOptions{}};
  rto.BackOff();
  rto.OnSynTimedOut();
  EXPECT_EQ(rto.rto(), Duration::Seconds(3));
  rto.AddSample(Ms(100), true);
  EXPECT_EQ(rto.rto(), Ms(300));
}

}  // namespace
}  // namespace mptcpp::tcp
