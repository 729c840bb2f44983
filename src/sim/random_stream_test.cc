// SPDX-License-Identifier: Apache-2.0
#include "sim/random_stream.h"

#include <gtest/gtest.h>

#include <array>

namespace mptcpp::sim {
namespace {

TEST(RandomStream, DependsOnSeedAndNameOnly) {
  RandomStream a(7, "link"), again(7, "link"), other_name(7, "host"), other_seed(8, "link");
  const auto first = a.Next();
  EXPECT_EQ(first, again.Next());
  EXPECT_NE(first, other_name.Next());
  EXPECT_NE(first, other_seed.Next());
}

TEST(RandomStream, UniformAndBelowStayInRangeAndSpread) {
  RandomStream random(1, "x");
  std::array<int, 10> buckets{};
  for (int i = 0; i < 10000; ++i) {
    const double u = random.Uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    ++buckets[random.Below(10)];
  }
  for (const int count : buckets) EXPECT_NEAR(count, 1000, 150);
}

TEST(RandomStream, ChanceOfZeroDrawsNothing) {
  RandomStream a(1, "x"), b(1, "x");
  EXPECT_FALSE(a.Chance(0));
  EXPECT_TRUE(a.Chance(1));
  EXPECT_EQ(a.Next(), b.Next());
}

TEST(RandomStream, FillIsTheSameInAnyPieces) {
  RandomStream a(1, "x"), b(1, "x");
  std::array<std::byte, 16> whole{}, parts{};
  a.Fill(whole);
  b.Fill(std::span(parts).first(8));
  b.Fill(std::span(parts).subspan(8));
  EXPECT_EQ(whole, parts);
}

}  // namespace
}  // namespace mptcpp::sim
