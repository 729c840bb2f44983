// SPDX-License-Identifier: Apache-2.0
#include "congestion/newreno.h"

#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"

namespace mptcpp::congestion {
namespace {

constexpr ControllerConfig kConfig{.mss = kTestMss};
constexpr Duration kRtt = Duration::Millis(100);

// A NewReno with `segments` of window in congestion avoidance.
void EnterAvoidance(NewReno& reno, std::int64_t segments) { reno.LimitWindow(Segments(segments), Segments(segments)); }

TEST(InitialWindowTest, FollowsRfc6928) {
  EXPECT_EQ(InitialWindow({.mss = 1460}), Bytes(14600));
  EXPECT_EQ(InitialWindow({.mss = 536}), Bytes(5360));
  EXPECT_EQ(InitialWindow({.mss = 8960}), Bytes(17920)) << "two jumbo segments are more than 14600 bytes";
  EXPECT_EQ(InitialWindow({.mss = 1460, .initial_window_segments = 1}), Bytes(1460));
}

TEST(NewRenoTest, SlowStartDoublesPerRound) {
  NewReno reno(kConfig);
  RunRound(reno, Instant(), kRtt);
  EXPECT_EQ(reno.control().cwnd, Segments(20));
}

TEST(NewRenoTest, AvoidanceAddsOneSegmentPerRound) {
  NewReno reno(kConfig);
  EnterAvoidance(reno, 10);
  Instant now = RunRound(reno, Instant(), kRtt);
  EXPECT_EQ(reno.control().cwnd, Segments(11));
  RunRound(reno, now, kRtt);
  EXPECT_EQ(reno.control().cwnd, Segments(12));
}

TEST(NewRenoTest, SlowStartStopsAtSsthreshAndGoesOnInAvoidance) {
  NewReno reno(kConfig);
  reno.OnRto(Instant(), Segments(10), true);
  EXPECT_EQ(reno.control().ssthresh, Segments(5));
  EXPECT_EQ(reno.control().cwnd, Segments(1));
  reno.OnAck(Ack(Instant(), Segments(9)));  // 4 bring it to ssthresh, 5 are one window of avoidance
  EXPECT_EQ(reno.control().cwnd, Segments(6));
}

TEST(NewRenoTest, LossHalvesTheFlight) {
  NewReno reno(kConfig);
  reno.OnCongestionEvent(LossOf(reno));
  EXPECT_EQ(reno.control().ssthresh, Segments(5));
  EXPECT_EQ(reno.control().cwnd, Segments(5));
  reno.OnCongestionEvent({.now = {}, .in_flight = Segments(2), .newly_lost = Segments(1)});
  EXPECT_EQ(reno.control().ssthresh, Segments(2)) << "never below two segments";
}

TEST(NewRenoTest, FlightAboveTheWindowDoesNotRaiseIt) {
  NewReno reno(kConfig);
  reno.OnCongestionEvent({.now = {}, .in_flight = Segments(100), .newly_lost = Segments(1)});
  EXPECT_EQ(reno.control().cwnd, Segments(5));
}

// Covers: CC-11
TEST(NewRenoTest, DoesNotGrowInRecoveryNorWhenApplicationLimited) {
  NewReno reno(kConfig);
  reno.OnCongestionEvent(LossOf(reno));
  AckSample ack = Ack(Instant(), Segments(5));
  ack.in_recovery = true;
  reno.OnAck(ack);
  EXPECT_EQ(reno.control().cwnd, Segments(5));
  ack.in_recovery = false;
  ack.cwnd_limited = false;
  reno.OnAck(ack);
  EXPECT_EQ(reno.control().cwnd, Segments(5));
}

TEST(NewRenoTest, RecoveryAfterTimeoutSlowStarts) {
  NewReno reno(kConfig);
  reno.OnRto(Instant(), Segments(10), true);
  AckSample ack = Ack(Instant(), Segments(1));
  ack.in_recovery = true;
  reno.OnAck(ack);
  EXPECT_EQ(reno.control().cwnd, Segments(2));
}

TEST(NewRenoTest, RepeatedTimeoutKeepsSsthresh) {
  NewReno reno(kConfig);
  reno.OnRto(Instant(), Segments(10), true);
  reno.OnRto(Instant(), Segments(1), false);
  EXPECT_EQ(reno.control().ssthresh, Segments(5));
  EXPECT_EQ(reno.control().cwnd, Segments(1));
}

TEST(NewRenoTest, SpuriousLossIsUndoneOnce) {
  NewReno reno(kConfig);
  reno.OnRto(Instant(), Segments(10), true);
  reno.OnSpuriousLoss(Instant());
  EXPECT_EQ(reno.control().cwnd, Segments(10));
  EXPECT_EQ(reno.control().ssthresh, Bytes::Infinite());
  reno.LimitWindow(Segments(4), Segments(4));
  reno.OnSpuriousLoss(Instant());
  EXPECT_EQ(reno.control().cwnd, Segments(4));
}

TEST(NewRenoTest, UndoDoesNotLiftAnOutsideLimit) {
  NewReno reno(kConfig);
  reno.OnCongestionEvent(LossOf(reno));
  reno.LimitWindow(Segments(6), Bytes::Infinite());
  reno.OnSpuriousLoss(Instant());
  EXPECT_EQ(reno.control().cwnd, Segments(6));
}

TEST(NewRenoTest, IdleRestartsFromTheInitialWindow) {
  NewReno reno(kConfig);
  EnterAvoidance(reno, 10);
  reno.OnAck(Ack(Instant(), Segments(10)));
  reno.OnIdle(Instant(), Duration::Seconds(2), Bytes());
  EXPECT_EQ(reno.control().cwnd, Segments(10)) << "RW = IW";
  EXPECT_EQ(reno.control().ssthresh, Bytes(10000)) << "three quarters of 11 segments are below the old one";
  NewReno fast(kConfig);
  RunRound(fast, RunRound(fast, Instant(), kRtt), kRtt);
  fast.OnIdle(Instant(), Duration::Seconds(2), Bytes());
  EXPECT_EQ(fast.control().cwnd, Segments(10));
  EXPECT_EQ(fast.control().ssthresh, Bytes::Infinite()) << "still in its first slow start";
}

// RFC 7661 4.4.3.
// Covers: CC-11
TEST(NewRenoTest, AWindowThatStaysUnusedIsHalvedDownToTheInitialOne) {
  NewReno reno(kConfig);
  RunRound(reno, RunRound(reno, Instant(), kRtt), kRtt);
  EnterAvoidance(reno, 40);
  reno.OnLongUnused();
  EXPECT_EQ(reno.control().cwnd, Segments(20));
  EXPECT_EQ(reno.control().ssthresh, Segments(40)) << "what was known";
  reno.OnLongUnused();
  reno.OnLongUnused();
  EXPECT_EQ(reno.control().cwnd, Segments(10));
}

TEST(NewRenoTest, LimitNeverGoesBelowOneSegment) {
  NewReno reno(kConfig);
  reno.LimitWindow(Bytes(10), Bytes(10));
  EXPECT_EQ(reno.control().cwnd, Segments(1));
  EXPECT_EQ(reno.control().ssthresh, Segments(2));
}

TEST(NewRenoTest, MssChangeBeforeTheFirstAckResetsTheInitialWindow) {
  NewReno reno(kConfig);
  reno.OnMssChange(500);
  EXPECT_EQ(reno.control().cwnd, Bytes(5000));
  NewReno used(kConfig);
  used.OnAck(Ack(Instant(), Segments(1)));
  used.OnMssChange(20000);
  EXPECT_EQ(used.control().cwnd, Bytes(20000)) << "at least one segment";
}

}  // namespace
}  // namespace mptcpp::congestion
