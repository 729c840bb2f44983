// SPDX-License-Identifier: Apache-2.0
#include "congestion/cubic.h"

#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"

namespace mptcpp::congestion {
namespace {

constexpr Duration kRtt = Duration::Millis(100);

double InSegments(const Controller& c) { return static_cast<double>(c.control().cwnd.count()) / kTestMss; }

// A CUBIC that lost with `segments` in flight: W_max = segments, window = 0.7 of it.
struct AfterLoss {
  explicit AfterLoss(std::uint32_t segments) : cubic({.mss = kTestMss, .initial_window_segments = segments}) {
    cubic.OnCongestionEvent({.now = {}, .in_flight = Segments(segments), .newly_lost = Segments(1)});
  }
  Cubic cubic;
};

TEST(CubicCurveTest, Vectors) {
  const CubicCurve curve = CubicCurve::From(100, 70);
  EXPECT_NEAR(curve.k, 4.2172, 1e-4);
  EXPECT_NEAR(curve.At(2), 95.64, 0.01);
  EXPECT_NEAR(curve.At(0), 70, 1e-9);
  EXPECT_NEAR(curve.At(curve.k / 2), 96.25, 1e-9);
  EXPECT_NEAR(curve.At(curve.k), 100, 1e-9);
  EXPECT_NEAR(curve.At(curve.k * 2), 130, 1e-9);
  EXPECT_NEAR(CubicCurve::From(10, 7).k, 1.9574, 1e-4);
  EXPECT_NEAR(CubicCurve::From(1000, 700).k, 9.0856, 1e-4);
  EXPECT_NEAR(CubicCurve::kAlpha, 0.529412, 1e-6);
}

TEST(CubicCurveTest, WithoutAMaximumItStartsFlat) {
  const CubicCurve curve = CubicCurve::From(0, 50);
  EXPECT_EQ(curve.k, 0);
  EXPECT_EQ(curve.At(0), 50);
}

TEST(CubicTest, LossLeavesSevenTenths) {
  AfterLoss after(100);
  EXPECT_EQ(after.cubic.control().cwnd, Segments(70));
  EXPECT_EQ(after.cubic.control().ssthresh, Segments(70));
}

TEST(CubicTest, FollowsTheCurveThroughTime) {
  AfterLoss after(100);
  Instant now;
  while (now < Instant() + Duration::Seconds(2)) now = RunRound(after.cubic, now, kRtt);
  const CubicCurve curve = CubicCurve::From(100, 70);
  EXPECT_NEAR(InSegments(after.cubic), curve.At((now - Instant()).seconds()), 1.0);
  while (now < Instant() + Duration::Seconds(8)) now = RunRound(after.cubic, now, kRtt);
  EXPECT_NEAR(InSegments(after.cubic), curve.At((now - Instant()).seconds()), 3.0) << "convex region";
}

TEST(CubicTest, RenoFriendlyOnShortPaths) {
  AfterLoss after(20);  // 14 segments, K = 2.47 s: in 100 ms of 1 ms rounds the curve hardly moves
  Instant now;
  for (int round = 0; round < 5; ++round) now = RunRound(after.cubic, now, Duration::Millis(1));
  EXPECT_NEAR(InSegments(after.cubic), 14 + 5 * CubicCurve::kAlpha, 0.2);
  for (int round = 5; round < 40; ++round) now = RunRound(after.cubic, now, Duration::Millis(1));
  // Past the old window (6 segments at alpha, 11.3 rounds) one segment per round; RunRound leaves fractions of segments out.
  EXPECT_NEAR(InSegments(after.cubic), 20 + (40 - 11.3), 1.5);
}

TEST(CubicTest, GrowsAtMostHalfAWindowPerRound) {
  AfterLoss after(10);
  Instant now = RunRound(after.cubic, Instant(), kRtt) + Duration::Seconds(60);
  const double before = InSegments(after.cubic);
  AckSample ack = Ack(now, after.cubic.control().cwnd);
  after.cubic.OnAck(ack);
  EXPECT_NEAR(InSegments(after.cubic), before * 1.5, 0.01);
}

TEST(CubicTest, ApplicationLimitedTimeDoesNotCount) {
  AfterLoss with_pause(100), without(100);
  Instant now = RunRound(with_pause.cubic, Instant(), kRtt);
  RunRound(without.cubic, Instant(), kRtt);
  AckSample idle = Ack(now + Duration::Seconds(60), Segments(1));
  idle.cwnd_limited = false;
  with_pause.cubic.OnAck(idle);
  EXPECT_EQ(with_pause.cubic.control().cwnd, without.cubic.control().cwnd);
  RunRound(with_pause.cubic, idle.now, kRtt);
  RunRound(without.cubic, now, kRtt);
  EXPECT_EQ(with_pause.cubic.control().cwnd, without.cubic.control().cwnd);
}

TEST(CubicTest, FastConvergenceLowersTheMaximum) {
  // Both lose at 70 segments; the one that had reached 100 before remembers 59.5 and is slower to come back.
  AfterLoss shrinking(100), fresh(70);
  shrinking.cubic.OnCongestionEvent(LossOf(shrinking.cubic));
  ASSERT_EQ(shrinking.cubic.control().cwnd, fresh.cubic.control().cwnd);
  Instant now_shrinking, now_fresh;
  for (int round = 0; round < 10; ++round) {
    now_shrinking = RunRound(shrinking.cubic, now_shrinking, kRtt);
    now_fresh = RunRound(fresh.cubic, now_fresh, kRtt);
  }
  EXPECT_NEAR(InSegments(shrinking.cubic), CubicCurve::From(59.5, 49).At(1), 1.5);
  EXPECT_LT(shrinking.cubic.control().cwnd, fresh.cubic.control().cwnd);
}

TEST(CubicTest, TimeoutKeepsSevenTenthsAsSsthreshAndStartsFlat) {
  AfterLoss after(100);
  after.cubic.OnRto(Instant(), Segments(70), true);
  EXPECT_EQ(after.cubic.control().cwnd, Segments(1));
  EXPECT_EQ(after.cubic.control().ssthresh, Segments(49));
  AckSample ack = Ack(Instant(), Segments(48));
  after.cubic.OnAck(ack);
  EXPECT_EQ(after.cubic.control().cwnd, Segments(49));
  Instant now = RunRound(after.cubic, Instant(), kRtt);
  // K = 0, W_max = 49: the Reno-friendly estimate leads, far from the 70 of before.
  EXPECT_NEAR(InSegments(after.cubic), 49.5, 0.2);
  RunRound(after.cubic, now, kRtt);
  EXPECT_LT(InSegments(after.cubic), 51);
}

TEST(CubicTest, EcnMayReachOneSegment) {
  Cubic cubic({.mss = kTestMss, .initial_window_segments = 2});
  cubic.OnCongestionEvent({.now = {}, .in_flight = Segments(1), .newly_lost = {}, .from_ecn = true});
  EXPECT_EQ(cubic.control().cwnd, Segments(1));
  Cubic lost({.mss = kTestMss, .initial_window_segments = 2});
  lost.OnCongestionEvent({.now = {}, .in_flight = Segments(1), .newly_lost = Segments(1)});
  EXPECT_EQ(lost.control().cwnd, Segments(2));
}

TEST(CubicTest, SpuriousLossRestoresTheCurve) {
  AfterLoss undone(100), plain(100);
  Instant now = RunRound(undone.cubic, Instant(), kRtt);
  RunRound(plain.cubic, Instant(), kRtt);
  undone.cubic.OnCongestionEvent(LossOf(undone.cubic, now));
  undone.cubic.OnSpuriousLoss(now);
  EXPECT_EQ(undone.cubic.control().cwnd, plain.cubic.control().cwnd);
  RunRound(undone.cubic, now, kRtt);
  RunRound(plain.cubic, now, kRtt);
  EXPECT_NEAR(InSegments(undone.cubic), InSegments(plain.cubic), 0.01);
}

TEST(CubicTest, MssChangeKeepsTheCurveInBytes) {
  AfterLoss halved(100), plain(100);
  halved.cubic.OnMssChange(kTestMss / 2);
  EXPECT_EQ(halved.cubic.control().cwnd, plain.cubic.control().cwnd);
  // W_max is now 200 of the new segments, 140 are open: K = cbrt(60 / 0.4) = 5.31 s. After 2.5 K it would be far beyond; at K it
  // is at the old maximum.
  Instant now;
  for (int i = 0; i < 5310; ++i) {
    now = now + Duration::Millis(1);
    halved.cubic.OnAck(Ack(now, Bytes(1400), Duration::Millis(100)));
  }
  EXPECT_NEAR(InSegments(halved.cubic), 100, 1.0);
}

}  // namespace
}  // namespace mptcpp::congestion
