// SPDX-License-Identifier: Apache-2.0
#include "congestion/olia.h"

#include <gtest/gtest.h>

#include <vector>

#include "congestion/congestion_test_ack.h"

namespace mptcpp::congestion {
namespace {

struct Path {
  std::int64_t cwnd;  // segments
  std::int64_t rtt_ms;
  std::int64_t interval = 0;  // bytes between losses
};

void Fill(Group& group, std::initializer_list<Path> paths) {
  for (const Path& path : paths) {
    GroupMember& m = group.member(group.Join());
    m.cwnd = Segments(path.cwnd);
    m.smoothed_rtt = Duration::Millis(path.rtt_ms);
    m.loss_interval = Bytes(path.interval);
    m.active = true;
  }
}

std::vector<double> Shares(std::initializer_list<Path> paths) {
  Group group;
  Fill(group, paths);
  const auto shares = OliaShares(group);
  return {shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(paths.size())};
}

TEST(OliaSharesTest, NothingMovesWithoutABestPathThatIsSmall) {
  EXPECT_EQ(Shares({{40, 20}}), (std::vector<double>{0}));
  EXPECT_EQ(Shares({{40, 20}, {40, 20}}), (std::vector<double>{0, 0}));
  EXPECT_EQ(Shares({{20, 20}, {20, 80}}), (std::vector<double>{0, 0}));
  EXPECT_EQ(Shares({{20, 20, 100'000}, {10, 20, 10'000}}), (std::vector<double>{0, 0})) << "the best is the largest";
}

// Covers: CC-9
TEST(OliaSharesTest, WindowMovesFromTheLargestToTheBest) {
  EXPECT_EQ(Shares({{20, 20, 10'000}, {10, 20, 100'000}}), (std::vector<double>{-0.5, 0.5}));
  const auto three = Shares({{30, 20}, {10, 20}, {10, 20}});
  EXPECT_NEAR(three[0], -1.0 / 3, 1e-12);
  EXPECT_NEAR(three[1], 1.0 / 6, 1e-12);
  EXPECT_NEAR(three[2], 1.0 / 6, 1e-12);
}

// An OLIA in congestion avoidance beside a sibling that the test writes into the group.
struct Beside {
  Beside(Path self, Path sibling) : rtt(Duration::Millis(self.rtt_ms)), olia(Config(self.cwnd), group) {
    olia.LimitWindow(Segments(self.cwnd), Segments(self.cwnd));
    Fill(group, {sibling});
    group.member(1).last_used = Instant();
  }
  static ControllerConfig Config(std::int64_t segments) {
    return {.mss = kTestMss, .initial_window_segments = static_cast<std::uint32_t>(segments)};
  }
  double GrowthPerSegment() {
    const Bytes before = olia.control().cwnd;
    olia.OnAck(Ack(Instant(), Segments(1), rtt));
    return static_cast<double>((olia.control().cwnd - before).count()) / kTestMss;
  }
  Duration rtt;
  Group group;
  Olia olia;
};

TEST(OliaTest, EqualPathsGrowByTheCoupledOptimum) {
  // The first ACK makes the intervals differ (1000 against 0): the larger of equals is also the best, nothing moves.
  EXPECT_NEAR(Beside({40, 20}, {40, 20}).GrowthPerSegment(), 1.0 / 160, 0.0011);
}

// Covers: CC-9
TEST(OliaTest, TheLargestShrinksAndTheSmallBestGrows) {
  EXPECT_NEAR(Beside({20, 20}, {10, 20, 100'000}).GrowthPerSegment(), 20.0 / 900 - 0.5 / 20, 0.0011);
  EXPECT_NEAR(Beside({10, 20}, {20, 20, 100}).GrowthPerSegment(), 10.0 / 900 + 0.5 / 10, 0.0011);
}

TEST(OliaTest, ShrinksToOneSegmentAtMost) {
  Beside pair({2, 20}, {1, 20, 1'000'000'000});
  for (int i = 0; i < 1000; ++i) pair.GrowthPerSegment();
  EXPECT_GE(pair.olia.control().cwnd, Segments(1));
}

// Covers: CC-9
TEST(OliaTest, LossIntervalIsTheLargerOfTheLastTwo) {
  Beside pair({10, 20}, {10, 20});
  pair.olia.OnAck(Ack(Instant(), Bytes(5000), pair.rtt));
  pair.olia.OnCongestionEvent(LossOf(pair.olia));
  EXPECT_EQ(pair.group.member(0).loss_interval, Bytes(5000));
  pair.olia.OnRto(Instant(), Segments(5), true);
  EXPECT_EQ(pair.group.member(0).loss_interval, Bytes(5000)) << "nothing was acknowledged in between";
  pair.olia.OnAck(Ack(Instant(), Bytes(3000), pair.rtt));
  EXPECT_EQ(pair.group.member(0).loss_interval, Bytes(5000));
  pair.olia.OnAck(Ack(Instant(), Bytes(4000), pair.rtt));
  EXPECT_EQ(pair.group.member(0).loss_interval, Bytes(7000));
}

}  // namespace
}  // namespace mptcpp::congestion
