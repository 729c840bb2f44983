// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_isn.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

// The numbers that a box at this place of the bench draws.
struct Drawn {
  std::uint32_t there, back;
};
Drawn DrawnOnTheBench() {
  RandomStream random(1, "path/0");
  const std::uint64_t drawn = random.Next();
  return {static_cast<std::uint32_t>(drawn), static_cast<std::uint32_t>(drawn >> 32)};
}

TEST(IsnRewriterTest, ShiftsNumbersOfBothDirections) {
  BoxBench bench;
  bench.Add(std::make_unique<IsnRewriter>(true));
  const auto [there, back] = DrawnOnTheBench();
  bench.There({.flags = "S", .seq = 100});
  bench.Back({.flags = "SA", .seq = 500, .ack = 101 + there});
  bench.There({.flags = "A", .seq = 101, .ack = 501 + back, .payload = "hello"});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S", .seq = 100 + there}),
                                 bench.IsBack({.flags = "SA", .seq = 500 + back, .ack = 101}),
                                 bench.IsThere({.seq = 101 + there, .ack = 501, .payload = "hello"})}));
}

TEST(IsnRewriterTest, SackBlocksAreAdjustedOrForgotten) {
  for (const bool adjust : {true, false}) {
    BoxBench bench;
    bench.Add(std::make_unique<IsnRewriter>(adjust));
    const auto [there, back] = DrawnOnTheBench();
    bench.There({.flags = "S", .seq = 100});
    bench.Take();
    const auto sack = [](std::uint32_t left, std::uint32_t right) {
      std::vector<std::byte> option(10);
      const wire::SackBlock block{SeqNum(left), SeqNum(right)};
      wire::WriteSack(option, std::span(&block, 1));
      return ToHex(option);
    };
    const std::string before = sack(700 + back, 800 + back), after = sack(700, 800);
    bench.There({.seq = 101, .ack = 501 + back, .options = before});
    EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.seq = 101 + there, .ack = 501, .options = adjust ? after : before})});
  }
}

TEST(IsnRewriterTest, LeavesFlowsAloneWhoseSynItMissed) {
  BoxBench bench;
  bench.Add(std::make_unique<IsnRewriter>(true));
  bench.There({.seq = 100, .ack = 200, .payload = "x"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.seq = 100, .ack = 200, .payload = "x"})});
}

TEST(IsnRewriterTest, ARepeatedSynKeepsItsNumber) {
  BoxBench bench;
  bench.Add(std::make_unique<IsnRewriter>(true));
  bench.There({.flags = "S", .seq = 100});
  bench.There({.flags = "S", .seq = 100});
  const Lines lines = bench.Take();
  EXPECT_EQ(lines[0], lines[1]);
}

}  // namespace
}  // namespace mptcpp::sim
