// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_hole.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

void Open(BoxBench& bench, const HoleOptions& options) {
  bench.Add(std::make_unique<HoleBlocker>(options));
  bench.There({.flags = "S", .seq = 99});
  bench.Back({.flags = "SA", .seq = 199, .ack = 100});
  bench.Take();
}

TEST(HoleBlockerTest, NothingPassesBehindAHole) {
  BoxBench bench;
  Open(bench, {});
  const Seg first{.seq = 100, .ack = 200, .payload = "abc"}, second{.seq = 103, .ack = 200, .payload = "def"};
  bench.There(second);
  EXPECT_EQ(bench.Take(), Lines{});
  bench.There(first);
  bench.There(second);
  bench.There(first);
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere(first), bench.IsThere(second), bench.IsThere(first)}));
}

TEST(HoleBlockerTest, AcksOfUnseenDataAreDroppedCorrectedOrPassed) {
  using Acks = HoleOptions::Acks;
  for (const Acks acks : {Acks::kDrop, Acks::kCorrect, Acks::kPass}) {
    BoxBench bench;
    Open(bench, {.acks = acks});
    bench.There({.seq = 100, .ack = 200, .payload = "abc"});
    bench.Take();
    bench.Back({.seq = 200, .ack = 103});
    EXPECT_EQ(bench.Take(), Lines{bench.IsBack({.seq = 200, .ack = 103})});
    bench.Back({.seq = 200, .ack = 110, .payload = "xy"});
    const Lines passed{bench.IsBack({.seq = 200, .ack = acks == Acks::kCorrect ? 103u : 110u, .payload = "xy"})};
    EXPECT_EQ(bench.Take(), acks == Acks::kDrop ? Lines{} : passed);
  }
}

TEST(HoleBlockerTest, AFlowThatBeganElsewhereStartsWhereItIsSeen) {
  BoxBench bench;
  bench.Add(std::make_unique<HoleBlocker>(HoleOptions{}));
  bench.There({.seq = 5000, .ack = 9, .payload = "abc"});
  bench.There({.seq = 5004, .ack = 9, .payload = "e"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.seq = 5000, .ack = 9, .payload = "abc"})});
}

}  // namespace
}  // namespace mptcpp::sim
