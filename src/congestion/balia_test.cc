// SPDX-License-Identifier: Apache-2.0
#include "congestion/balia.h"

#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"

namespace mptcpp::congestion {
namespace {

// Windows in bytes of one: the formulas then give segments.
constexpr Bytes kW1(10), kW2(20);
constexpr Duration kRtt1 = Duration::Millis(20), kRtt2 = Duration::Millis(80);

GroupSums Sums() { return {.rate = 500 + 250, .max_rate = 500, .best = 500 / 0.02}; }

// Covers: CC-10
TEST(BaliaStepTest, Vectors) {
  const BaliaStep fast = BaliaStepFor(Sums(), kW1, kRtt1);
  EXPECT_NEAR(fast.increase, 0.04444, 1e-5);
  EXPECT_NEAR(10 * (1 - fast.beta), 5, 1e-9);
  const BaliaStep slow = BaliaStepFor(Sums(), kW2, kRtt2);
  EXPECT_NEAR(slow.increase, 0.01, 1e-9);
  EXPECT_NEAR(20 * (1 - slow.beta), 15, 1e-9);
}

TEST(BaliaStepTest, TheRatioIsNotRounded) {
  const GroupSums sums{.rate = 1000 + 800, .max_rate = 1000, .best = 0};
  EXPECT_NEAR(BaliaStepFor(sums, Bytes(80), Duration::Millis(100)).beta, 1 - 1.25 / 2, 1e-9);
}

TEST(BaliaStepTest, AloneItIsReno) {
  const GroupSums sums{.rate = 100, .max_rate = 100, .best = 1000};
  const BaliaStep step = BaliaStepFor(sums, Bytes(10), Duration::Millis(100));
  EXPECT_NEAR(step.increase, 0.1, 1e-9);
  EXPECT_NEAR(step.beta, 0.5, 1e-9);
}

// Covers: CC-10
TEST(BaliaTest, TheSlowSubflowGivesUpMoreAtALoss) {
  Group group;
  Balia slow({.mss = kTestMss, .initial_window_segments = 20}, group);
  slow.LimitWindow(Segments(20), Segments(20));
  GroupMember& fast = group.member(group.Join());
  fast.cwnd = Segments(10);
  fast.smoothed_rtt = kRtt1;
  fast.active = true;
  slow.OnAck(Ack(Instant(), Segments(1), kRtt2));
  EXPECT_EQ(slow.control().cwnd, Bytes(20'010)) << "a hundredth of a segment";
  slow.OnCongestionEvent(LossOf(slow));
  EXPECT_NEAR(static_cast<double>(slow.control().cwnd.count()), 5'002, 1);
}

}  // namespace
}  // namespace mptcpp::congestion
