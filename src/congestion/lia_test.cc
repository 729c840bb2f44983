// SPDX-License-Identifier: Apache-2.0
#include "congestion/lia.h"

#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"
#include "congestion/newreno.h"

namespace mptcpp::congestion {
namespace {

struct Path {
  double cwnd;
  double rtt_seconds;
};

double Alpha(std::initializer_list<Path> paths) {
  Group group;
  double total = 0;
  for (const Path& path : paths) {
    GroupMember& m = group.member(group.Join());
    // Scaled, so that windows given in segments do not lose their fractions.
    m.cwnd = Bytes(static_cast<std::int64_t>(path.cwnd * 1000));
    m.smoothed_rtt = Duration::SecondsF(path.rtt_seconds);
    m.active = true;
    total += path.cwnd * 1000;
  }
  return LiaAlphaPerByte(group) * total;
}

// Covers: CC-3, CC-7
TEST(LiaAlphaTest, Vectors) {
  EXPECT_NEAR(Alpha({{10, 0.1}, {10, 0.1}}), 0.5, 1e-9);
  EXPECT_NEAR(Alpha({{20, 0.05}, {5, 0.2}}), 1.107266, 1e-6);
  EXPECT_NEAR(Alpha({{14600, 0.02}, {29200, 0.1}}), 1.530612, 1e-6);
  EXPECT_NEAR(Alpha({{10, 0.02}, {20, 0.08}}), 1.333333, 1e-6);
  EXPECT_NEAR(Alpha({{42, 0.03}}), 1.0, 1e-9);
  EXPECT_EQ(Alpha({}), 0);
}

// A LIA of `segments` in congestion avoidance that has just sent.
struct Subflow {
  Subflow(Group& group, std::int64_t segments, std::int64_t rtt_ms)
      : lia({.mss = kTestMss, .initial_window_segments = static_cast<std::uint32_t>(segments)}, group),
        rtt(Duration::Millis(rtt_ms)) {
    lia.LimitWindow(Segments(segments), Segments(segments));
    lia.OnSent(Instant(), Segments(1), Segments(segments));
    AckSample measured = Ack(Instant(), Bytes(), rtt);  // an RTT and nothing else
    lia.OnAck(measured);
  }
  Bytes GrowthFrom(Bytes acked, Instant now = {}) {
    const Bytes before = lia.control().cwnd;
    AckSample ack = Ack(now, acked, rtt);
    ack.round_start = true;
    lia.OnAck(ack);
    return lia.control().cwnd - before;
  }
  Lia lia;
  Duration rtt;
};

// Covers: CC-2, CC-1
TEST(LiaTest, CoupledIncreasePerSegment) {
  Group group;
  Subflow a(group, 10, 20), b(group, 20, 80);
  // 0.04444 segments on both, below their caps of 0.1 and 0.05.
  EXPECT_EQ(a.GrowthFrom(Segments(1)), Bytes(44));
  EXPECT_NEAR(static_cast<double>(b.GrowthFrom(Segments(1)).count()), 44, 1);
}

// Covers: CC-2, CC-8
TEST(LiaTest, NeverFasterThanATcpOfItsOwn) {
  Group group;
  Subflow large(group, 100, 100), small(group, 10, 10);
  // Alpha alone would give the large one max(0.1, 0.01)/(1+1)^2 = 0.025 per segment; its own TCP gives 0.01.
  EXPECT_EQ(large.GrowthFrom(Segments(1)), Bytes(10));
}

// Covers: CC-4
TEST(LiaTest, AtLeastOneBytePerAck) {
  Group group;
  Subflow a(group, 4000, 100), b(group, 4000, 100);
  EXPECT_EQ(a.GrowthFrom(Segments(1)), Bytes(1)) << "the formula gives a sixteenth of a byte";
}

// Covers: CC-8, CC-1
TEST(LiaTest, TwoOnOneBottleneckGrowLikeOne) {
  Group group;
  Subflow a(group, 10, 100), b(group, 10, 100);
  RunRound(a.lia, Instant(), a.rtt);
  RunRound(b.lia, Instant(), b.rtt);
  const Bytes total = a.lia.control().cwnd + b.lia.control().cwnd;
  EXPECT_NEAR(static_cast<double>((total - Segments(20)).count()), 500, 25) << "alpha = 1/2: half a segment for both";
}

// Covers: CC-5
TEST(LiaTest, AloneItIsNewReno) {
  Group group;
  Subflow lia(group, 10, 100);
  NewReno reno({.mss = kTestMss});
  reno.LimitWindow(Segments(10), Segments(10));
  Instant now;
  for (int round = 0; round < 5; ++round) {
    RunRound(reno, now, lia.rtt);
    now = RunRound(lia.lia, now, lia.rtt);
    ASSERT_EQ(lia.lia.control().cwnd, reno.control().cwnd);
  }
}

TEST(LiaTest, IdleBackupDoesNotCount) {
  Group group;
  Subflow active(group, 10, 100);
  Lia backup({.mss = kTestMss}, group);
  backup.OnSent(Instant(), Segments(1), Segments(1));
  AckSample probe = Ack(Instant(), Segments(1));
  probe.cwnd_limited = false;
  backup.OnAck(probe);
  EXPECT_EQ(group.ActiveCount(), 2u);
  EXPECT_LT(active.GrowthFrom(Segments(10)), Segments(1)) << "while it sends, it counts";
  const Instant later = Instant() + Duration::Seconds(2);
  const Bytes window = active.lia.control().cwnd;
  EXPECT_EQ(active.GrowthFrom(window, later), Segments(1));
  EXPECT_EQ(group.ActiveCount(), 1u);
  backup.OnSent(later, Segments(1), Segments(1));
  EXPECT_EQ(group.ActiveCount(), 2u);
}

// Covers: CC-6
TEST(LiaTest, ApplicationLimitedMemberCountsWithItsFlight) {
  Group group;
  Subflow a(group, 50, 100);
  AckSample ack = Ack(Instant(), Segments(1));
  ack.cwnd_limited = false;
  ack.in_flight_before = Segments(5);
  a.lia.OnAck(ack);
  EXPECT_EQ(group.member(0).cwnd, Segments(5));
}

// Covers: CC-5, CC-6
TEST(LiaTest, RecoveryCountsWithSsthresh) {
  Group group;
  Subflow a(group, 50, 100);
  a.lia.OnCongestionEvent(LossOf(a.lia));
  EXPECT_EQ(group.member(0).cwnd, Segments(25));
  EXPECT_EQ(group.member(0).cwnd, a.lia.control().ssthresh);
}

TEST(LiaTest, OutsideLimitIsSeenByTheOthers) {
  Group group;
  Subflow a(group, 50, 100);
  a.lia.LimitWindow(Segments(8), Bytes::Infinite());
  EXPECT_EQ(group.member(0).cwnd, Segments(8));
}

TEST(LiaTest, LeavesTheGroupWhenDestroyed) {
  Group group;
  Subflow stays(group, 10, 100);
  {
    Subflow leaves(group, 10, 100);
    EXPECT_EQ(group.ActiveCount(), 2u);
  }
  EXPECT_EQ(group.ActiveCount(), 1u);
}

TEST(GroupTest, AFullGroupLeavesTheNextOneUncoupled) {
  Group group;
  for (std::size_t i = 0; i < Group::kMaxMembers; ++i) EXPECT_EQ(group.Join(), i);
  EXPECT_EQ(group.Join(), Group::kMaxMembers);
  Subflow uncoupled(group, 10, 100);
  EXPECT_EQ(uncoupled.GrowthFrom(Segments(10)), Segments(1));
  group.Leave(3);
  EXPECT_EQ(group.Join(), 3u);
}

}  // namespace
}  // namespace mptcpp::congestion
