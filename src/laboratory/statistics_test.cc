// SPDX-License-Identifier: Apache-2.0
#include "laboratory/statistics.h"

#include <gtest/gtest.h>

namespace mptcpp::laboratory {
namespace {

TEST(Statistics, MeanAndSpread) {
  const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
  const Statistics s = Summarise(values);
  EXPECT_EQ(s.count, 8u);
  EXPECT_DOUBLE_EQ(s.mean, 5);
  EXPECT_NEAR(s.spread, 2.1381, 1e-4);
  EXPECT_DOUBLE_EQ(s.least, 2);
  EXPECT_DOUBLE_EQ(s.most, 9);
  EXPECT_EQ(Summarise({}).count, 0u);
}

TEST(Statistics, Jain) {
  const double equal[] = {3, 3, 3}, one[] = {1, 0, 0, 0};
  EXPECT_DOUBLE_EQ(Jain(equal), 1);
  EXPECT_DOUBLE_EQ(Jain(one), 0.25);
  EXPECT_DOUBLE_EQ(Jain({}), 1);
}

TEST(Statistics, Percentiles) {
  EXPECT_DOUBLE_EQ(Percentile({4, 1, 3, 2, 5}, 0.5), 3);
  EXPECT_DOUBLE_EQ(Percentile({0, 10}, 0.95), 9.5);
  EXPECT_DOUBLE_EQ(Percentile({7}, 0.99), 7);
  EXPECT_DOUBLE_EQ(Percentile({}, 0.5), 0);
}

}  // namespace
}  // namespace mptcpp::laboratory
