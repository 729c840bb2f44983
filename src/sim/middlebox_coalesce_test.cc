// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_coalesce.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

using Keep = CoalesceOptions::Keep;
constexpr std::string_view kOne = "1e082001 00000001";
constexpr std::string_view kTwo = "1e082001 00000002";

// "abc" with the first, "defg" with the second option, and time for both to come out.
Lines Pair(BoxBench& bench, const CoalesceOptions& options, std::string_view first, std::string_view second) {
  bench.Add(std::make_unique<Coalescer>(options));
  bench.There({.seq = 100, .ack = 7, .options = first, .payload = "abc", .window = 50});
  bench.There({.flags = "PA", .seq = 103, .ack = 8, .options = second, .payload = "defg", .window = 60});
  EXPECT_EQ(bench.Take().size(), options.keep == Keep::kEqual && first != second ? 1u : 0u);
  bench.Run(Duration::Millis(1));
  return bench.Take();
}

TEST(CoalescerTest, EqualOptionsMerge) {
  BoxBench bench;
  const Seg merged{.flags = "PA", .seq = 100, .ack = 8, .options = kOne, .payload = "abcdefg", .window = 60};
  EXPECT_EQ(Pair(bench, {}, kOne, kOne), Lines{bench.IsThere(merged)});
}

TEST(CoalescerTest, DifferentOptionsDoNotMerge) {
  BoxBench bench;
  const Seg second{.flags = "PA", .seq = 103, .ack = 8, .options = kTwo, .payload = "defg", .window = 60};
  EXPECT_EQ(Pair(bench, {}, kOne, kTwo), Lines{bench.IsThere(second)});
}

TEST(CoalescerTest, OneOfTheOptionsSurvives) {
  BoxBench keeps_first, keeps_last;
  const Seg first{.flags = "PA", .seq = 100, .ack = 8, .options = kOne, .payload = "abcdefg", .window = 60};
  const Seg last{.flags = "PA", .seq = 100, .ack = 8, .options = kTwo, .payload = "abcdefg", .window = 60};
  EXPECT_EQ(Pair(keeps_first, {.keep = Keep::kFirst}, kOne, kTwo), Lines{keeps_first.IsThere(first)});
  EXPECT_EQ(Pair(keeps_last, {.keep = Keep::kLast}, kOne, kTwo), Lines{keeps_last.IsThere(last)});
}

TEST(CoalescerTest, AGapAPureAckOrAFullSegmentEndsIt) {
  BoxBench bench;
  bench.Add(std::make_unique<Coalescer>(CoalesceOptions{.size = 5}));
  bench.There({.seq = 100, .payload = "abc"});
  bench.There({.seq = 104, .payload = "efg"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.seq = 100, .payload = "abc"})});
  bench.There({.seq = 107, .payload = "hij"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.seq = 104, .payload = "efg"})});
  bench.There({.seq = 110});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.seq = 107, .payload = "hij"}), bench.IsThere({.seq = 110})}));
}

TEST(CoalescerTest, FlowsAndDirectionsAreApart) {
  BoxBench bench;
  bench.Add(std::make_unique<Coalescer>(CoalesceOptions{}));
  bench.There({.seq = 100, .payload = "abc"});
  bench.Back({.seq = 103, .payload = "defg"});
  bench.There({.seq = 103, .payload = "defg", .from = {BoxBench::kClient.address, 5001}});
  bench.Run(Duration::Millis(1));
  EXPECT_EQ(bench.Take().size(), 3u);
}

}  // namespace
}  // namespace mptcpp::sim
