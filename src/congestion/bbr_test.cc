// SPDX-License-Identifier: Apache-2.0
// BBR's model and machine on an ideal path. How it does among losses and others: tests/scenario.
#include "congestion/bbr.h"

#include <gtest/gtest.h>

#include <set>

#include "congestion/congestion_test_ack.h"
#include "congestion/pacing.h"

namespace mptcpp::congestion {
namespace {

// One bottleneck with an endless queue, in steps of 100 microseconds; every step's bytes are one acknowledgement.
class Path {
 public:
  Path(double megabits, std::int64_t rtt_ms) : rate_(megabits * 125'000), delay_(rtt_ms * 10) {}

  void Run(Bbr& bbr, std::int64_t milliseconds) {
    for (const std::int64_t end = step_ + milliseconds * 10; step_ < end;) Step(bbr);
  }
  Instant now() const { return Instant::FromNanos(step_ * 100'000); }
  double queue_ms() const { return queue_ / rate_ * 1000; }
  bool app_limited = false;

 private:
  struct Flight {
    double bytes = 0;
    Bytes delivered;        // when it was sent
    std::int64_t sent = 0;  // step
  };
  void Step(Bbr& bbr) {
    ++step_;
    Send(bbr);
    // The queue serves what it can; what leaves it arrives `delay_` later.
    const double served = std::min(queue_, rate_ / 10'000);
    queue_ -= served;
    arrivals_[step_ % kSlots] = served;
    const double arrived = step_ > delay_ ? arrivals_[(step_ - delay_) % kSlots] : 0;
    if (arrived > 0) Acknowledge(bbr, arrived);
  }
  void Send(Bbr& bbr) {
    const Rate named = bbr.control().pacing_rate;
    const double paced = named.IsInfinite() ? 1e9 : named.bytes_per_second() / 10'000;
    const double room = static_cast<double>(bbr.control().cwnd.count()) - in_flight_;
    const double sent = std::max(0.0, std::min(paced, room)) * (app_limited ? 0.1 : 1);
    if (sent <= 0) return;
    in_flight_ += sent;
    queue_ += sent;
    flights_.push_back({sent, Bytes(static_cast<std::int64_t>(delivered_)), step_});
    bbr.OnSent(now(), Bytes(static_cast<std::int64_t>(sent)), Bytes(static_cast<std::int64_t>(in_flight_)));
  }
  void Acknowledge(Bbr& bbr, double bytes) {
    const double before = in_flight_;
    in_flight_ -= bytes;
    delivered_ += bytes;
    double left = bytes;
    while (front_ + 1 < flights_.size() && left > flights_[front_].bytes + 1e-3) left -= flights_[front_++].bytes;
    flights_[front_].bytes -= left;
    const Flight& flight = flights_[front_];
    AckSample ack = Ack(now(), Bytes(static_cast<std::int64_t>(bytes)), Duration::Micros((step_ - flight.sent) * 100));
    ack.in_flight_before = Bytes(static_cast<std::int64_t>(before));
    ack.in_flight = Bytes(static_cast<std::int64_t>(in_flight_));
    ack.delivered = Bytes(static_cast<std::int64_t>(delivered_));
    ack.prior_delivered = flight.delivered;
    ack.app_limited = app_limited;
    ack.delivery_rate = Rate::Per(ack.delivered - flight.delivered, ack.rtt);
    bbr.OnAck(ack);
  }
  static constexpr std::int64_t kSlots = 4096;
  double rate_;
  std::int64_t delay_;
  std::int64_t step_ = 0;
  double queue_ = 0, in_flight_ = 0, delivered_ = 0;
  std::vector<double> arrivals_ = std::vector<double>(kSlots);
  std::vector<Flight> flights_;
  std::size_t front_ = 0;
};

constexpr ControllerConfig kConfig = {.mss = kTestMss, .seed = 3};

TEST(BbrTest, FindsBandwidthAndRoundTripThenCruises) {
  Bbr bbr(kConfig);
  Path path(100, 40);
  EXPECT_EQ(bbr.state(), Bbr::State::kStartup);
  path.Run(bbr, 2'000);
  EXPECT_EQ(bbr.state(), Bbr::State::kProbeBandwidth);
  EXPECT_NEAR(bbr.bandwidth().bits_per_second() / 1e8, 1, 0.03);
  EXPECT_NEAR(static_cast<double>(bbr.min_rtt().micros()), 40'100, 300);
  EXPECT_NEAR(static_cast<double>(bbr.control().cwnd.count()) / (12.5e6 * 0.040), 2.1, 0.2) << "two of what the path holds";
  EXPECT_EQ(bbr.control().ssthresh, Bytes::Infinite());
}

TEST(BbrTest, DrainsWhatStartupQueued) {
  Bbr bbr(kConfig);
  Path path(100, 40);
  path.Run(bbr, 2'000);
  double longest = 0, shortest = 1e9;
  for (int i = 0; i < 1'000; ++i) {
    path.Run(bbr, 1);
    longest = std::max(longest, path.queue_ms());
    shortest = std::min(shortest, path.queue_ms());
  }
  EXPECT_LT(longest, 15) << "a probe of a quarter for a round trip queues 10 ms";
  EXPECT_LT(shortest, 3.5) << "three quanta of a millisecond are part of what the path should hold";
}

TEST(BbrTest, CyclesThroughItsGains) {
  Bbr bbr(kConfig);
  Path path(100, 40);
  path.Run(bbr, 2'000);
  std::set<double> gains;
  for (int i = 0; i < 800; ++i) {
    path.Run(bbr, 1);
    gains.insert(bbr.pacing_gain());
  }
  EXPECT_EQ(gains, (std::set<double>{0.75, 1, 1.25}));
}

TEST(BbrTest, ProbesTheRoundTripAfterTenSecondsWithFourSegments) {
  Bbr bbr(kConfig);
  Path path(20, 40);
  int probing = 0;
  for (int i = 0; i < 14'000; ++i) {
    path.Run(bbr, 1);
    if (bbr.state() != Bbr::State::kProbeRtt) continue;
    ++probing;
    EXPECT_LE(bbr.control().cwnd, Segments(4));
  }
  EXPECT_GE(probing, 200);
  EXPECT_LE(probing, 420);
  EXPECT_EQ(bbr.state(), Bbr::State::kProbeBandwidth);
  EXPECT_NEAR(bbr.bandwidth().bits_per_second() / 2e7, 1, 0.05) << "its own restraint is not the path's";
}

TEST(BbrTest, AnIdleApplicationDoesNotLowerTheModel) {
  Bbr bbr(kConfig);
  Path path(100, 40);
  path.Run(bbr, 2'000);
  const Rate before = bbr.bandwidth();
  path.app_limited = true;
  path.Run(bbr, 3'000);
  EXPECT_GE(bbr.bandwidth(), before * 0.99);
}

TEST(BbrTest, ALossConservesForARoundAndLeavesTheRateAlone) {
  Bbr bbr(kConfig);
  Path path(100, 40);
  path.Run(bbr, 2'000);
  const Control before = bbr.control();
  bbr.OnCongestionEvent({.now = path.now(), .in_flight = before.cwnd, .newly_lost = Segments(1)});
  EXPECT_EQ(bbr.control().pacing_rate, before.pacing_rate);
  EXPECT_LT(bbr.control().cwnd, before.cwnd) << "packet conservation";
  path.Run(bbr, 200);
  EXPECT_GE(bbr.control().cwnd, before.cwnd - Segments(60));
}

TEST(BbrTest, FlowsStartInDifferentPhases) {
  std::set<double> gains;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Bbr bbr({.mss = kTestMss, .seed = seed * 0x9E3779B9u});
    bbr.Continue({.cwnd = Segments(100), .ssthresh = Segments(100), .smoothed_rtt = Duration::Millis(10), .min_rtt = Duration::Millis(10)});
    gains.insert(bbr.pacing_gain());
  }
  EXPECT_EQ(gains, (std::set<double>{1, 1.25})) << "never the one that drains";
}

// --- parts ----------------------------------------------------------------------------------------------------------------

TEST(WindowedMaxTest, AgreesWithASlowOne) {
  WindowedMax<int> fast(10);
  std::vector<std::pair<std::uint64_t, int>> all;
  std::uint32_t random = 1;
  for (std::uint64_t tick = 0; tick < 2'000; ++tick) {
    random = random * 1664525u + 1013904223u;
    const int value = static_cast<int>(random >> 24) + (tick % 300 < 150 ? 200 : 0);
    fast.Add(value, tick);
    all.emplace_back(tick, value);
    int slow = 0, youngest = 0;
    for (const auto& [t, v] : all) {
      if (t + 10 >= tick) slow = std::max(slow, v);
      if (t + 2 >= tick) youngest = std::max(youngest, v);
    }
    // Three samples cannot know all: never above the true maximum, never below that of the youngest quarter.
    ASSERT_LE(fast.value(), slow) << tick;
    ASSERT_GE(fast.value(), youngest) << tick;
  }
}

TEST(AckAggregationTest, AddsWhatComesInLumps) {
  AckAggregation aggregation;
  const Rate estimate = Rate::BytesPerSecond(1e6);
  Instant now;
  for (int i = 1; i <= 50; ++i) {
    now = now + Duration::Millis(20);
    aggregation.OnAck(now, Bytes(20'000), estimate, Bytes(100'000), static_cast<std::uint64_t>(i));
  }
  EXPECT_EQ(aggregation.Excess(estimate), Bytes(20'000));
  EXPECT_EQ(AckAggregation().Excess(estimate), Bytes());
}

TEST(BbrPolicerTest, TwoLossyIntervalsOfOneRateAreAPolicer) {
  BbrPolicer policer;
  AckSample ack = Ack({}, Segments(10));
  for (int round = 0; round < 12 && !policer.detected(); ++round) {
    ack.now = ack.now + Duration::Millis(50);
    ack.delivered += Segments(100);
    ack.newly_lost = Segments(30);
    ack.lost += Segments(30);
    policer.OnAck(ack, true, true);
  }
  ASSERT_TRUE(policer.detected());
  EXPECT_NEAR(policer.rate().bytes_per_second(), 2e6, 1e5);
  ack.newly_lost = Bytes();
  bool over = false;
  for (int round = 0; round < 60; ++round) over |= policer.OnAck(ack, true, true);
  EXPECT_TRUE(over) << "it is believed for 48 rounds";
}

TEST(BbrPolicerTest, AFewLossesAreNone) {
  BbrPolicer policer;
  AckSample ack = Ack({}, Segments(10));
  for (int round = 0; round < 100; ++round) {
    ack.now = ack.now + Duration::Millis(50);
    ack.delivered += Segments(100);
    ack.newly_lost = Segments(5);
    ack.lost += Segments(5);
    policer.OnAck(ack, true, true);
  }
  EXPECT_FALSE(policer.detected());
}

}  // namespace
}  // namespace mptcpp::congestion
