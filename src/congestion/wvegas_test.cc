// SPDX-License-Identifier: Apache-2.0
#include "congestion/wvegas.h"

#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"

namespace mptcpp::congestion {
namespace {

constexpr Duration kBase = Duration::Millis(40);

// A wVegas in congestion avoidance with a window of `segments`.
struct Subflow {
  Subflow(Group& group, std::int64_t segments) : vegas({.mss = kTestMss, .initial_window_segments = 100}, group) {
    vegas.LimitWindow(Segments(segments), Segments(segments));
    vegas.OnSent(Instant(), Segments(1), Segments(segments));
  }
  // One round trip of four samples; returns the change of the window in segments.
  std::int64_t Round(Duration rtt) {
    const Bytes before = vegas.control().cwnd;
    for (int i = 0; i < 4; ++i) {
      now = now + rtt / 4;
      AckSample ack = Ack(now, Segments(1), rtt);
      ack.round_start = i == 3;
      vegas.OnAck(ack);
    }
    return (vegas.control().cwnd - before) / Segments(1);
  }
  WVegas vegas;
  Instant now;
};

TEST(VegasBacklogTest, IsTheWindowsShareOfTheQueueingDelay) {
  EXPECT_DOUBLE_EQ(VegasBacklog(100, Duration::Millis(40), Duration::Millis(50)), 20);
  EXPECT_DOUBLE_EQ(VegasBacklog(100, kBase, kBase), 0);
}

TEST(WVegasTest, GrowsBySegmentsWithoutAQueueAndShrinksAboveItsShare) {
  Group group;
  Subflow only(group, 40);
  EXPECT_EQ(only.Round(kBase), 1);
  EXPECT_EQ(only.Round(kBase), 1);
  // 42 segments at 45 ms: 4.67 wait. Alone the share becomes all of the ten.
  EXPECT_EQ(only.Round(Duration::Millis(45)), 1);
  EXPECT_DOUBLE_EQ(only.vegas.alpha(), WVegas::kTotalAlpha);
}

TEST(WVegasTest, TheShareFollowsTheRate) {
  Group group;
  Subflow small(group, 30);
  GroupMember& sibling = group.member(group.Join());
  sibling.smoothed_rtt = kBase;
  sibling.active = true;
  sibling.last_used = Instant::FromNanos(1'000'000'000);
  small.Round(kBase);
  // 31 segments per 45 ms beside 2067 per second: a quarter of ten.
  sibling.rate = Rate::BytesPerSecond(31'000 / 0.045 * 3);
  small.Round(Duration::Millis(45));
  EXPECT_NEAR(small.vegas.alpha(), 2.5, 1e-6);
  EXPECT_LT(small.vegas.control().cwnd, Segments(31)) << "3.4 wait, 2.5 may";
}

TEST(WVegasTest, TheShareIsNeverBelowTwo) {
  Group group;
  Subflow small(group, 30);
  GroupMember& sibling = group.member(group.Join());
  sibling.smoothed_rtt = kBase;
  sibling.active = true;
  sibling.rate = Rate::MegabitsPerSecond(1000);
  small.Round(kBase);
  small.Round(Duration::Millis(45));
  EXPECT_DOUBLE_EQ(small.vegas.alpha(), 2);
}

TEST(WVegasTest, AQueueEndsSlowStart) {
  Group group;
  WVegas vegas({.mss = kTestMss, .initial_window_segments = 40}, group);
  Instant now;
  for (const Duration rtt : {kBase, Duration::Millis(50)}) {
    for (int i = 0; i < 4; ++i) {
      now = now + rtt / 4;
      AckSample ack = Ack(now, Segments(1), rtt);
      ack.round_start = i == 3;
      vegas.OnAck(ack);
    }
  }
  // Backlog 48/5 > 1: down to 48 * 40/50 + 1.
  EXPECT_NEAR(static_cast<double>(vegas.control().cwnd.count()), 39'400, 100);
  EXPECT_LT(vegas.control().ssthresh, vegas.control().cwnd);
}

TEST(WVegasTest, ALossIsAnsweredLikeReno) {
  Group group;
  Subflow only(group, 40);
  only.vegas.OnCongestionEvent(LossOf(only.vegas));
  EXPECT_EQ(only.vegas.control().cwnd, Segments(20));
  EXPECT_DOUBLE_EQ(only.vegas.alpha(), 2);
}

}  // namespace
}  // namespace mptcpp::congestion
