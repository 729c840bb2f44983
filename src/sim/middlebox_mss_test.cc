// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_mss.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

TEST(MssClampTest, LowersWhatIsTooLarge) {
  BoxBench bench;
  bench.Add(std::make_unique<MssClamp>(1420, Directions{}));
  bench.There({.flags = "S", .options = "020405b4 0402"});
  bench.Back({.flags = "SA", .options = "02040218"});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S", .options = "0204058c 0402"}),
                                 bench.IsBack({.flags = "SA", .options = "02040218"})}));
}

TEST(MssClampTest, LooksAtSynsInItsDirectionOnly) {
  BoxBench bench;
  bench.Add(std::make_unique<MssClamp>(1420, Directions{.there = true, .back = false}));
  bench.There({.options = "020405b4"});
  bench.Back({.flags = "SA", .options = "020405b4"});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.options = "020405b4"}), bench.IsBack({.flags = "SA", .options = "020405b4"})}));
}

}  // namespace
}  // namespace mptcpp::sim
