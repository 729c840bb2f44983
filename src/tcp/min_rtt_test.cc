// SPDX-License-Identifier: Apache-2.0
#include "tcp/min_rtt.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Duration Ms(std::int64_t n) { return Duration::Millis(n); }

TEST(MinRtt, IsTheLeastOfTheLastMinutes) {
  MinRtt least;
  Instant now;
  EXPECT_EQ(least.value(), Duration::Zero());
  least.AddSample(Ms(30), now);
  least.AddSample(Ms(20), now + Duration::Seconds(1));
  least.AddSample(Ms(50), now + Duration::Seconds(100));
  EXPECT_EQ(least.value(), Ms(20));
}

TEST(MinRtt, BelievesALongerPathInTime) {
  MinRtt least;
  Instant now;
  least.AddSample(Ms(20), now);
  for (int s = 1; s <= 310; ++s) {
    least.AddSample(Ms(90), now + Duration::Seconds(s));
    if (s < 150) {
      EXPECT_EQ(least.value(), Ms(20)) << s;
    }
  }
  EXPECT_EQ(least.value(), Ms(90));
}

TEST(MinRtt, SilenceMakesOldSamplesStale) {
  MinRtt least;
  least.AddSample(Ms(20), Instant());
  least.AddSample(Ms(90), Instant() + Duration::Seconds(1000));
  EXPECT_EQ(least.value(), Ms(90));
}

}  // namespace
}  // namespace mptcpp::tcp
