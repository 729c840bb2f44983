// SPDX-License-Identifier: Apache-2.0
#include "congestion/hystart.h"

#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"
#include "congestion/newreno.h"

namespace mptcpp::congestion {
namespace {

using Phase = HyStart::Phase;

Phase Round(HyStart& hystart, std::int64_t rtt_ms, int acks = HyStart::kRttSamples) {
  Phase phase = hystart.phase();
  for (int i = 0; i < acks; ++i) phase = hystart.OnAck(Duration::Millis(rtt_ms), i == 0);
  return phase;
}

TEST(HyStartTest, SteadyDelayStaysInSlowStart) {
  HyStart hystart;
  for (int round = 0; round < 20; ++round) EXPECT_EQ(Round(hystart, 100), Phase::kSlowStart);
}

TEST(HyStartTest, ThresholdIsAnEighthOfTheLastRound) {
  HyStart below, above;
  Round(below, 100);
  EXPECT_EQ(Round(below, 112), Phase::kSlowStart);
  Round(above, 100);
  EXPECT_EQ(Round(above, 113), Phase::kConservative);
}

TEST(HyStartTest, ThresholdIsBetweenFourAndSixteenMilliseconds) {
  HyStart low, high;
  Round(low, 8);
  EXPECT_EQ(Round(low, 11), Phase::kSlowStart);
  EXPECT_EQ(Round(low, 15), Phase::kConservative);
  Round(high, 800);
  EXPECT_EQ(Round(high, 816), Phase::kConservative);
}

TEST(HyStartTest, NeedsEightSamples) {
  HyStart hystart;
  Round(hystart, 100);
  EXPECT_EQ(Round(hystart, 200, 7), Phase::kSlowStart);
  EXPECT_EQ(hystart.OnAck(Duration::Millis(200), false), Phase::kConservative);
}

TEST(HyStartTest, AcksWithoutRttDoNotCount) {
  HyStart hystart;
  Round(hystart, 100);
  Round(hystart, 200, 7);
  EXPECT_EQ(hystart.OnAck(Duration::Zero(), false), Phase::kSlowStart);
}

TEST(HyStartTest, FallingDelayResumesSlowStart) {
  HyStart hystart;
  Round(hystart, 100);
  EXPECT_EQ(Round(hystart, 120), Phase::kConservative);
  EXPECT_EQ(Round(hystart, 110), Phase::kSlowStart);
}

TEST(HyStartTest, FiveConservativeRoundsEndIt) {
  HyStart hystart;
  Round(hystart, 100);
  Round(hystart, 120);
  for (int round = 0; round < 4; ++round) EXPECT_EQ(Round(hystart, 120), Phase::kConservative) << round;
  EXPECT_EQ(Round(hystart, 120), Phase::kDone);
}

TEST(HyStartTest, ConservativePhaseGrowsByAQuarterAndEndsAtSsthresh) {
  NewReno reno({.mss = kTestMss});
  Instant now = RunRound(reno, Instant(), Duration::Millis(100));
  now = RunRound(reno, now, Duration::Millis(120));
  // 20 segments: 8 samples in slow start (the 8th switches), 13 ACKs at a quarter.
  EXPECT_EQ(reno.control().cwnd, Bytes(27000 + 13 * 250));
  for (int round = 0; round < 5; ++round) now = RunRound(reno, now, Duration::Millis(120));
  EXPECT_LT(reno.control().ssthresh, Bytes::Infinite());
  EXPECT_GE(reno.control().cwnd, reno.control().ssthresh);
}

}  // namespace
}  // namespace mptcpp::congestion
