// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_window.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

TEST(WindowClampTest, KnowsTheScaleOfEachSide) {
  BoxBench bench;
  bench.Add(std::make_unique<WindowClamp>(4096, Directions{}));
  bench.There({.flags = "S", .options = "030307", .window = 60000});
  bench.Back({.flags = "SA", .options = "030302", .window = 2000});
  bench.There({.window = 500});
  bench.There({.window = 31});
  bench.Back({.window = 2000});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S", .options = "030307", .window = 4096}),
                                 bench.IsBack({.flags = "SA", .options = "030302", .window = 2000}),
                                 bench.IsThere({.window = 32}), bench.IsThere({.window = 31}), bench.IsBack({.window = 1024})}));
}

TEST(WindowClampTest, AScaleThatOneSideDidNotOfferDoesNotCount) {
  BoxBench bench;
  bench.Add(std::make_unique<WindowClamp>(4096, Directions{.there = true, .back = false}));
  bench.There({.flags = "S", .options = "030307"});
  bench.Back({.flags = "SA", .window = 60000});
  bench.There({.window = 5000});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S", .options = "030307"}),
                                 bench.IsBack({.flags = "SA", .window = 60000}), bench.IsThere({.window = 4096})}));
}

}  // namespace
}  // namespace mptcpp::sim
