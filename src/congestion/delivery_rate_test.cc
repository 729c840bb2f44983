// SPDX-License-Identifier: Apache-2.0
#include "congestion/delivery_rate.h"

#include <gtest/gtest.h>

#include <deque>

namespace mptcpp::congestion {
namespace {

constexpr Duration kRtt = Duration::Millis(100);

Instant At(std::int64_t ms) { return Instant::FromNanos(1'000'000'000) + Duration::Millis(ms); }

struct Sent {
  RateStamp stamp;
  Instant time;
};

// Sends one record of 1000 bytes.
Sent Send(DeliveryRate& rate, Instant now, std::int64_t outstanding) {
  Sent sent{.stamp = {}, .time = now};
  rate.OnSent(sent.stamp, now, Bytes(outstanding));
  return sent;
}

RateSample Deliver(DeliveryRate& rate, const Sent& sent, Instant now) {
  rate.OnDelivered(sent.stamp, Bytes(1000), now, sent.time);
  return rate.Sample(kRtt);
}

TEST(DeliveryRateTest, OneRecordPerRound) {
  DeliveryRate rate;
  const RateSample sample = Deliver(rate, Send(rate, At(0), 0), At(100));
  ASSERT_TRUE(sample.IsValid());
  EXPECT_NEAR(sample.delivery_rate.bytes_per_second(), 10000, 1e-6);
  EXPECT_EQ(sample.delivered, Bytes(1000));
}

TEST(DeliveryRateTest, SteadyFlowMeasuresTheBottleneck) {
  DeliveryRate rate;
  std::deque<Sent> flight;
  RateSample sample;
  for (int ms = 0; ms < 500; ms += 10) {  // one record every 10 ms, acknowledged 100 ms later: 100 kB/s
    if (flight.size() == 10) {
      sample = Deliver(rate, flight.front(), At(ms));
      flight.pop_front();
    }
    flight.push_back(Send(rate, At(ms), static_cast<std::int64_t>(flight.size()) * 1000));
  }
  EXPECT_NEAR(sample.delivery_rate.bytes_per_second(), 100000, 1);
  EXPECT_FALSE(sample.app_limited);
}

TEST(DeliveryRateTest, CompressedAcksDoNotInflateTheRate) {
  DeliveryRate rate;
  Sent first = Send(rate, At(0), 0);
  Sent second = Send(rate, At(50), 1000);
  Sent third = Send(rate, At(100), 2000);
  rate.OnDelivered(first.stamp, Bytes(1000), At(200), first.time);
  rate.OnDelivered(second.stamp, Bytes(1000), At(200), second.time);
  rate.OnDelivered(third.stamp, Bytes(1000), At(200), third.time);
  const RateSample sample = rate.Sample(kRtt);
  EXPECT_EQ(sample.interval, Duration::Millis(200));
  EXPECT_NEAR(sample.delivery_rate.bytes_per_second(), 15000, 1e-6);
}

TEST(DeliveryRateTest, IntervalBelowTheMinimumRttIsNoSample) {
  DeliveryRate rate;
  const RateSample sample = Deliver(rate, Send(rate, At(0), 0), At(99));
  EXPECT_FALSE(sample.IsValid());
}

TEST(DeliveryRateTest, SilenceBetweenFlightsDoesNotCount) {
  DeliveryRate rate;
  Deliver(rate, Send(rate, At(0), 0), At(100));
  const RateSample sample = Deliver(rate, Send(rate, At(5000), 0), At(5100));
  EXPECT_NEAR(sample.delivery_rate.bytes_per_second(), 10000, 1e-6);
}

TEST(DeliveryRateTest, ApplicationLimitIsMarkedUntilItsFlightIsDelivered) {
  DeliveryRate rate;
  Sent before = Send(rate, At(0), 0);
  rate.MarkAppLimited(Bytes(1000));
  Sent during = Send(rate, At(50), 1000);
  EXPECT_FALSE(Deliver(rate, before, At(100)).app_limited);
  EXPECT_TRUE(rate.app_limited());
  EXPECT_TRUE(Deliver(rate, during, At(150)).app_limited);
  EXPECT_FALSE(rate.app_limited());
  EXPECT_FALSE(Deliver(rate, Send(rate, At(160), 0), At(260)).app_limited);
}

TEST(DeliveryRateTest, NoSampleWithoutDelivery) {
  DeliveryRate rate;
  Deliver(rate, Send(rate, At(0), 0), At(100));
  EXPECT_FALSE(rate.Sample(kRtt).IsValid());
  EXPECT_EQ(rate.delivered(), Bytes(1000));
}

}  // namespace
}  // namespace mptcpp::congestion
