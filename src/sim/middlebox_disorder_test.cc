// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_disorder.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

TEST(DuplicatorTest, TheCopyFollowsAfterTheGap) {
  BoxBench bench;
  bench.Add(std::make_unique<Duplicator>(1, Duration::Millis(2), Directions{.there = true, .back = false}));
  bench.There({.seq = 5, .payload = "abc", .ecn = Ecn::kEct0});
  bench.Back({.payload = "x"});
  const Lines one{bench.IsThere({.seq = 5, .payload = "abc", .ecn = Ecn::kEct0})};
  EXPECT_EQ(bench.Take(), (Lines{one[0], bench.IsBack({.payload = "x"})}));
  bench.Run(Duration::Millis(2));
  EXPECT_EQ(bench.Take(), one);
}

TEST(DuplicatorTest, TheAskedFraction) {
  BoxBench bench;
  bench.Add(std::make_unique<Duplicator>(0.25, Duration::Zero(), Directions{}));
  for (int i = 0; i < 1000; ++i) bench.There({.payload = "x"});
  EXPECT_NEAR(static_cast<double>(bench.Take().size()), 1250, 50);
}

TEST(SynDelayerTest, ALaterSynWithoutTheOptionOvertakes) {
  BoxBench bench;
  bench.Add(std::make_unique<SynDelayer>(Duration::Seconds(4), true, Directions{}));
  const Seg multipath{.flags = "S", .seq = 1, .options = "1e040101"}, plain{.flags = "S", .seq = 1};
  bench.There(multipath);
  bench.Run(Duration::Seconds(3));
  bench.There(plain);
  bench.Run(Duration::Seconds(1));
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere(plain), bench.IsThere(multipath)}));
}

TEST(SynDelayerTest, OnlySynsWait) {
  BoxBench bench;
  bench.Add(std::make_unique<SynDelayer>(Duration::Seconds(4), false, Directions{}));
  bench.There({.flags = "S"});
  bench.There({.options = "1e082001 00000001", .payload = "x"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.options = "1e082001 00000001", .payload = "x"})});
}

}  // namespace
}  // namespace mptcpp::sim
