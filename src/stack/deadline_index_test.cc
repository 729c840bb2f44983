// SPDX-License-Identifier: Apache-2.0
#include "stack/deadline_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace mptcpp::stack {
namespace {

Instant At(std::int64_t ms) { return Instant::FromNanos(ms * 1'000'000); }

TEST(DeadlineIndex, IsInfiniteWhenEmpty) {
  DeadlineIndex index;
  EXPECT_TRUE(index.Earliest().IsInfinite());
  index.Set(3, Instant::Infinite());
  EXPECT_TRUE(index.Earliest().IsInfinite());
  EXPECT_EQ(index.PopDue(At(1'000'000)), UINT32_MAX);
}

TEST(DeadlineIndex, MovesForwardAtOnceAndBackLazily) {
  DeadlineIndex index;
  index.Set(1, At(100));
  index.Set(1, At(50));
  EXPECT_EQ(index.Earliest(), At(50));
  index.Set(1, At(500));  // stays where it is: the owner is asked again at 50
  EXPECT_EQ(index.Earliest(), At(50));
  EXPECT_EQ(index.PopDue(At(50)), 1u);
  EXPECT_TRUE(index.Earliest().IsInfinite());
}

// Against a model: an id is never popped after its deadline was missed, and never lost.
TEST(DeadlineIndex, AgreesWithAModel) {
  std::mt19937 random(7);
  DeadlineIndex index;
  std::map<std::uint32_t, std::int64_t> real;  // the deadline each owner would answer
  std::int64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint32_t id = random() % 64;
    switch (random() % 4) {
      case 0:
      case 1:
        real[id] = now + 1 + random() % 1000;
        index.Set(id, At(real[id]));
        break;
      case 2:
        real.erase(id);
        index.Remove(id);
        break;
      case 3:
        now += random() % 50;
        for (auto due = index.PopDue(At(now)); due != UINT32_MAX; due = index.PopDue(At(now))) {
          ASSERT_TRUE(real.contains(due));
          if (real[due] > now) {
            index.Set(due, At(real[due]));
          } else {
            real.erase(due);
          }
        }
        for (const auto& [owner, deadline] : real) ASSERT_GT(deadline, now) << "missed owner " << owner;
        break;
    }
    ASSERT_TRUE(index.IsConsistent());
  }
}

}  // namespace
}  // namespace mptcpp::stack
