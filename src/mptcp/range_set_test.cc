// SPDX-License-Identifier: Apache-2.0
#include "mptcp/range_set.h"

#include <gtest/gtest.h>

#include <vector>

namespace mptcpp::core {
namespace {

TEST(RangeSet, SaysWhatWasMissing) {
  RangeSet set;
  set.Insert(10, 20);
  set.Insert(30, 40);
  std::vector<Range> missing;
  EXPECT_EQ(set.Insert(5, 45, [&](std::uint64_t s, std::uint64_t e) { missing.push_back({s, e}); }), 20u);
  EXPECT_EQ(missing, (std::vector<Range>{{5, 10}, {20, 30}, {40, 45}}));
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(set.front(), (Range{5, 45}));
}

TEST(RangeSet, JoinsNeighbours) {
  RangeSet set;
  set.Insert(10, 20);
  set.Insert(0, 5);
  set.Insert(5, 10);
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(set.total(), 20u);
}

TEST(RangeSet, AgreesWithABitmap) {
  constexpr std::uint64_t kSize = 200;
  RangeSet set;
  std::vector<bool> model(kSize);
  std::uint32_t random = 7;
  for (int step = 0; step < 5000; ++step) {
    random = random * 1664525 + 1013904223;
    const std::uint64_t start = (random >> 8) % kSize;
    const std::uint64_t end = std::min<std::uint64_t>(kSize, start + (random >> 20) % 40);
    const unsigned what = (random >> 3) % 4;
    if (what == 0) {
      set.Remove(start, end);
      std::fill(model.begin() + start, model.begin() + end, false);
    } else if (what == 1 && step % 5 == 0 && !set.empty()) {
      std::fill(model.begin() + set.front().start, model.begin() + set.front().end, false);
      set.RemoveFront();
    } else {
      std::uint64_t fresh = 0;
      for (std::uint64_t i = start; i < end; ++i) fresh += !model[i];
      ASSERT_EQ(set.Insert(start, end), fresh);
      std::fill(model.begin() + start, model.begin() + end, true);
    }
    std::vector<bool> seen(kSize);
    set.VisitPresent(0, kSize, [&](std::uint64_t s, std::uint64_t e) { std::fill(seen.begin() + s, seen.begin() + e, true); });
    ASSERT_EQ(seen, model);
    ASSERT_EQ(set.total(), static_cast<std::uint64_t>(std::count(model.begin(), model.end(), true)));
    ASSERT_EQ(set.PresentIn(start, end),
              static_cast<std::uint64_t>(std::count(model.begin() + start, model.begin() + end, true)));
  }
}

}  // namespace
}  // namespace mptcpp::core
