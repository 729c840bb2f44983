// SPDX-License-Identifier: Apache-2.0
// EWTCP and COUPLED, the two that papers compare with.
#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"
#include "congestion/ewtcp.h"
#include "congestion/fully_coupled.h"

namespace mptcpp::congestion {
namespace {

template <typename T>
struct Subflow {
  Subflow(Group& group, std::int64_t segments, Duration its_rtt = Duration::Millis(100))
      : controller({.mss = kTestMss, .initial_window_segments = static_cast<std::uint32_t>(segments)}, group), rtt(its_rtt) {
    controller.LimitWindow(Segments(segments), Segments(segments));
    controller.OnSent(Instant(), Segments(1), Segments(segments));
    controller.OnAck(Ack(Instant(), Bytes(), rtt));
  }
  Bytes GrowthFrom(Bytes acked) {
    const Bytes before = controller.control().cwnd;
    AckSample ack = Ack(Instant(), acked, rtt);
    ack.round_start = true;
    controller.OnAck(ack);
    return controller.control().cwnd - before;
  }
  T controller;
  Duration rtt;
};

TEST(EwtcpTest, AQuarterOfTheIncreaseForEachOfTwo) {
  Group group;
  Subflow<Ewtcp> a(group, 20), b(group, 10);
  EXPECT_EQ(a.GrowthFrom(Segments(20)), Bytes(250));
  EXPECT_EQ(b.GrowthFrom(Segments(10)), Bytes(250)) << "whatever the sibling's window";
  a.controller.OnCongestionEvent(LossOf(a.controller));
  EXPECT_NEAR(static_cast<double>(a.controller.control().cwnd.count()), 10'125, 1);
}

TEST(EwtcpTest, AloneItIsReno) {
  Group group;
  Subflow<Ewtcp> a(group, 20);
  EXPECT_EQ(a.GrowthFrom(Segments(20)), Segments(1));
}

TEST(FullyCoupledTest, GrowsByTheTotalWindowAndLosesHalfOfIt) {
  Group group;
  Subflow<FullyCoupled> a(group, 30), b(group, 10, Duration::Millis(10));
  EXPECT_EQ(a.GrowthFrom(Segments(40)), Segments(1));
  EXPECT_EQ(b.GrowthFrom(Segments(41)), Segments(1)) << "round-trip times do not count";
  a.controller.OnCongestionEvent(LossOf(a.controller));
  EXPECT_EQ(a.controller.control().cwnd, Bytes(31'000 - 21'000));
  b.controller.OnCongestionEvent(LossOf(b.controller));
  EXPECT_NEAR(static_cast<double>(b.controller.control().cwnd.count()), 2'000, 1) << "11 - 21/2, and two at least";
}

}  // namespace
}  // namespace mptcpp::congestion
