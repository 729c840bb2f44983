// SPDX-License-Identifier: Apache-2.0
// The parts of PCC, Vivace and MPCC: measurement, utility, step, machine. How they do on paths: tests/scenario.
#include <gtest/gtest.h>

#include <cmath>

#include "congestion/congestion_test_ack.h"
#include "congestion/mpcc.h"
#include "congestion/vivace.h"

namespace mptcpp::congestion {
namespace {

constexpr Rate kHundredMbit = Rate::MegabitsPerSecond(100);

// --- utility --------------------------------------------------------------------------------------------------------------

TEST(PccUtilityTest, TheReleasesUnitIsBytesPerSecond) {
  EXPECT_NEAR(Mpcc::kLossUtility.Of(kHundredMbit, 0, 0), 2'439'040, 1);
}

TEST(PccUtilityTest, BothPenaltiesMultiplyTheTotal) {
  const double reward = Mpcc::kLatencyUtility.Of(kHundredMbit, 0, 0);
  EXPECT_NEAR(Mpcc::kLatencyUtility.Of(kHundredMbit, 0.01, 0), reward - 11 * 0.01 * 12.5e6, 1e-3);
  EXPECT_NEAR(Mpcc::kLatencyUtility.Of(kHundredMbit, 0, 0.1), reward - 0.1 * 12.5e6, 1e-3);
  EXPECT_EQ(Mpcc::kLossUtility.Of(kHundredMbit, 0, 0.1), reward) << "the loss kind does not hear delay";
}

// The table of random loss that each set of constants bears: by the formula, and by the sign of the marginal utility.
TEST(PccUtilityTest, LossTolerance) {
  struct Row {
    double mbps, vivace, mpcc;
  };
  for (const Row& row : {Row{10, 6.3, 2.0}, Row{100, 5.0, 1.6}, Row{200, 4.7, 1.5}, Row{1000, 4.0, 1.3}}) {
    const Rate rate = Rate::MegabitsPerSecond(row.mbps);
    EXPECT_NEAR(100 * Vivace::kUtility.LossTolerance(rate), row.vivace, 0.05) << row.mbps;
    EXPECT_NEAR(100 * Mpcc::kLossUtility.LossTolerance(rate), row.mpcc, 0.05) << row.mbps;
    for (const PccUtility& utility : {Vivace::kUtility, Mpcc::kLossUtility}) {
      const double tolerance = utility.LossTolerance(rate);
      const auto marginal = [&](double loss) { return utility.Of(rate * 1.0001, loss, 0) - utility.Of(rate, loss, 0); };
      EXPECT_GT(marginal(tolerance * 0.99), 0);
      EXPECT_LT(marginal(tolerance * 1.01), 0);
    }
  }
}

TEST(PccUtilityTest, OneUnitIntoTheOther) {
  // Bytes per second instead of Mbit/s scale the constants by 125000^0.1 = 3.234 against x^0.9.
  PccUtility converted = Mpcc::kLatencyUtility;
  converted.beta *= std::pow(125'000, 0.1);
  converted.gamma *= std::pow(125'000, 0.1);
  converted.unit = 125'000;
  const double factor = std::pow(125'000, 0.9);
  EXPECT_NEAR(converted.Of(kHundredMbit, 0.02, 0.05) * factor, Mpcc::kLatencyUtility.Of(kHundredMbit, 0.02, 0.05), 1e-3);
  EXPECT_NEAR(converted.beta, 35.6, 0.05);
  EXPECT_NEAR(converted.gamma, 3.23, 0.005);
}

TEST(PccUtilityTest, ReadsParameters) {
  PccUtility utility;
  EXPECT_TRUE(utility.Read("beta=11.35:gamma=900:unit=125000"));
  EXPECT_EQ(utility.beta, 11.35);
  EXPECT_EQ(utility.gamma, 900);
  EXPECT_EQ(utility.unit, 125'000);
  EXPECT_EQ(utility.alpha, 0.9);
}

// --- step and amplitude ---------------------------------------------------------------------------------------------------

constexpr PccStepRules kMpccStep = {.amplify = Mpcc::Amplify,
                                    .boundary = 0.05,
                                    .boundary_growth = 0.05,
                                    .least_change = Rate::BytesPerSecond(62'500)};

TEST(PccStepTest, MpccAt100MbitRaisesItsFirstStepToTheLeastOne) {
  const double gradient = 0.9 * std::pow(12.5e6, -0.1);
  PccStepRules bare = kMpccStep;
  bare.least_change = Rate();
  EXPECT_NEAR(PccStep(bare).Decide(gradient, kHundredMbit, kHundredMbit * 0.5), 21'951, 1);
  EXPECT_EQ(PccStep(kMpccStep).Decide(gradient, kHundredMbit, kHundredMbit * 0.5), 62'500);
}

TEST(PccStepTest, AmplifiesWhileTheDirectionHolds) {
  PccStep step({.amplify = Mpcc::Amplify, .boundary = 1, .boundary_growth = 0, .least_change = Rate()});
  for (int i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(step.Decide(1, kHundredMbit, kHundredMbit), 125'000 * (1 + 2 * i));
  EXPECT_DOUBLE_EQ(step.Decide(-1, kHundredMbit, kHundredMbit), -125'000) << "a flip begins anew";
  EXPECT_DOUBLE_EQ(step.Decide(-1, kHundredMbit, kHundredMbit), -125'000) << "and the swing buffer delays the amplifier";
  EXPECT_DOUBLE_EQ(step.Decide(-1, kHundredMbit, kHundredMbit), -375'000);
}

TEST(PccStepTest, TheBoundaryWidensWhileItIsHit) {
  PccStep step(kMpccStep);
  for (const double part : {0.05, 0.10, 0.15}) EXPECT_DOUBLE_EQ(step.Decide(1e6, kHundredMbit, kHundredMbit), part * 12.5e6);
  EXPECT_DOUBLE_EQ(step.Decide(-1e6, kHundredMbit, kHundredMbit), -0.05 * 12.5e6);
}

TEST(PccStepTest, NeverMoreThanHalfOfTheOwnRate) {
  EXPECT_DOUBLE_EQ(PccStep(kMpccStep).Decide(-1e6, kHundredMbit, Rate::BytesPerSecond(200'000)), -100'000);
}

TEST(PccStepTest, VivacesAmplifier) {
  const double expected[] = {1, 2, 3, 5, 7, 9, 13, 17, 21, 40, 49};
  for (int streak = 0; streak < 11; ++streak) EXPECT_EQ(Vivace::Amplify(streak), expected[streak]);
}

TEST(MpccTest, ProbesScaleWithTheConnectionsTotal) {
  const Rate half = kHundredMbit * 0.5;
  EXPECT_DOUBLE_EQ(Mpcc::ProbeAmplitude(half, half, true).bytes_per_second(), 625'000);
  EXPECT_DOUBLE_EQ(Mpcc::ProbeAmplitude(half, half, false).bytes_per_second(), 625'000 + 62'500);
}

// --- intervals ------------------------------------------------------------------------------------------------------------

AckSample Settles(std::int64_t ms, Bytes in_flight, Bytes acked) {
  AckSample ack = Ack(Instant::FromNanos(ms * 1'000'000), acked, Duration::Millis(20));
  ack.in_flight = in_flight;
  return ack;
}
Instant At(std::int64_t ms) { return Instant::FromNanos(ms * 1'000'000); }

TEST(MonitorIntervalsTest, LossesBelongToTheIntervalThatSentThem) {
  MonitorIntervals intervals;
  intervals.Begin(kHundredMbit, At(0));
  intervals.OnSent(Segments(10));
  intervals.Begin(kHundredMbit, At(10));
  intervals.OnSent(Segments(10));
  intervals.EndOpen(At(20));
  EXPECT_EQ(intervals[0].length, Duration::Millis(10));
  intervals.OnAck(Settles(21, Segments(14), Segments(5)));  // six settled, one of them lost
  EXPECT_FALSE(intervals.IsSettled(0));
  intervals.OnAck(Settles(25, Segments(8), Segments(4)));   // two lost, the older ones
  EXPECT_TRUE(intervals.IsSettled(0));
  EXPECT_FALSE(intervals.AllSettled());
  intervals.OnAck(Settles(40, Bytes(), Segments(7)));
  EXPECT_TRUE(intervals.AllSettled());
  EXPECT_DOUBLE_EQ(intervals[0].LossRatio(), 0.3);
  EXPECT_DOUBLE_EQ(intervals[1].LossRatio(), 0.1);
  EXPECT_DOUBLE_EQ(intervals[0].Achieved().bytes_per_second(), 1e6);
}

TEST(MonitorIntervalsTest, RttSlopeIsSecondsPerSecondOfSending) {
  MonitorInterval interval;
  interval.began = At(1000);
  for (int i = 0; i < 10; ++i) interval.AddRtt(At(1000 + 10 * i), Duration::Millis(50 + i));
  EXPECT_NEAR(interval.RttSlope(), 0.1, 1e-9);
}

TEST(MonitorIntervalsTest, AnIntervalCanTakeOverInTheMiddleOfAFlight) {
  MonitorIntervals intervals;  // 100 segments that we never saw leave are in flight
  intervals.Begin(kHundredMbit, At(0));
  intervals.OnSent(Segments(10));
  intervals.EndOpen(At(10));
  intervals.OnAck(Settles(12, Segments(60), Segments(50)));
  EXPECT_FALSE(intervals.IsSettled(0));
  intervals.OnAck(Settles(30, Bytes(), Segments(60)));
  EXPECT_TRUE(intervals.IsSettled(0));
  EXPECT_EQ(intervals[0].lost, Bytes());
}

// --- the machine on an ideal path -----------------------------------------------------------------------------------------

// A path of one rate without a buffer, in steps of a millisecond: what comes faster is lost, what arrives is acknowledged after
// 20 ms. No packets: a fluid.
class FluidPath {
 public:
  explicit FluidPath(double capacity) : capacity_(capacity) {}
  void Run(Controller& controller, int milliseconds) {
    for (int i = 0; i < milliseconds; ++i) Step(controller);
  }

 private:
  static constexpr int kDelay = 20;
  void Step(Controller& controller) {
    const Instant now = At(++ms_);
    const double room = static_cast<double>((controller.control().cwnd - in_flight_).count());
    const double rate = controller.control().pacing_rate.bytes_per_second();
    const double sent = std::max(0.0, std::min(rate / 1000, room));
    const double lost = std::max(0.0, sent - capacity_ / 1000);
    const Bytes bytes(static_cast<std::int64_t>(sent));
    in_flight_ += bytes;
    controller.OnSent(now, bytes, in_flight_);
    pipe_[ms_ % kDelay] = {bytes, Bytes(static_cast<std::int64_t>(lost))};
    const auto [old, old_lost] = pipe_[(ms_ + 1) % kDelay];
    in_flight_ -= old;
    AckSample ack = Settles(ms_, in_flight_, old - old_lost);
    ack.newly_lost = old_lost;
    if (old > Bytes()) controller.OnAck(ack);
  }
  struct Sent {
    Bytes bytes, lost;
  };
  double capacity_;
  std::int64_t ms_ = 0;
  Bytes in_flight_;
  std::array<Sent, kDelay> pipe_{};
};

TEST(PccMachineTest, FindsTheCapacityAndStaysThere) {
  for (const double mbps : {10.0, 100.0, 1000.0}) {
    Group group;
    Mpcc mpcc({.mss = kTestMss, .seed = 7}, group, Mpcc::Kind::kLoss);
    FluidPath path(mbps * 125'000);
    path.Run(mpcc, 20'000);
    EXPECT_NE(mpcc.state(), PccController::State::kStarting);
    EXPECT_NEAR(mpcc.rate().bytes_per_second() / (mbps * 125'000), 1, 0.12) << mbps;
  }
}

TEST(PccMachineTest, VivaceFindsItToo) {
  Vivace vivace({.mss = kTestMss, .seed = 7});
  FluidPath path(100 * 125'000);
  path.Run(vivace, 20'000);
  EXPECT_NEAR(vivace.rate().bytes_per_second() / 12.5e6, 1, 0.12);
}

TEST(PccMachineTest, ATimeoutKeepsTheRateButClosesTheWindow) {
  Group group;
  Mpcc mpcc({.mss = kTestMss, .seed = 7}, group, Mpcc::Kind::kLoss);
  FluidPath path(100 * 125'000);
  path.Run(mpcc, 5'000);
  const Rate before = mpcc.rate();
  mpcc.OnRto(At(5'000), Segments(100), true);
  EXPECT_EQ(mpcc.rate(), before);
  EXPECT_EQ(mpcc.control().cwnd, Segments(1));
}

// --- coupling -------------------------------------------------------------------------------------------------------------

TEST(MpccTest, SiblingsCountWithWhatTheyPublishedAndOnlyWhileTheyAreUsed) {
  Group group;
  Mpcc mpcc({.mss = kTestMss}, group, Mpcc::Kind::kLatency);
  GroupMember& sibling = group.member(group.Join());
  sibling.smoothed_rtt = Duration::Millis(30);
  sibling.rate = kHundredMbit;
  sibling.active = true;
  sibling.last_used = At(10);
  mpcc.OnSent(At(10), Segments(1), Segments(1));
  mpcc.OnAck(Settles(30, Bytes(), Bytes()));
  EXPECT_EQ(mpcc.others(), kHundredMbit);
  mpcc.OnRto(At(40), Bytes(), true);  // the next experiment begins with the next ACK
  mpcc.OnSent(At(5'000), Segments(1), Segments(1));
  mpcc.OnAck(Settles(5'020, Bytes(), Bytes()));
  EXPECT_EQ(mpcc.others(), Rate()) << "silent for five seconds";
}

TEST(MpccTest, AWindowSiblingCountsWithItsWindowPerRoundTrip) {
  Group group;
  Mpcc mpcc({.mss = kTestMss}, group, Mpcc::Kind::kLatency);
  GroupMember& sibling = group.member(group.Join());
  sibling.smoothed_rtt = Duration::Millis(100);
  sibling.cwnd = Segments(50);
  sibling.active = true;
  mpcc.OnAck(Settles(30, Bytes(), Bytes()));
  EXPECT_DOUBLE_EQ(mpcc.others().bytes_per_second(), 500'000);
}

}  // namespace
}  // namespace mptcpp::congestion
