// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_flags.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

TEST(FlagNormaliserTest, ClearsFlagsOfMpCapable) {
  BoxBench bench;
  bench.Add(std::make_unique<FlagNormaliser>(FlagOptions{}));
  bench.There({.flags = "S", .options = "1e0401a1"});
  bench.Back({.flags = "SA", .options = "1e0c0181 0123456789abcdef"});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S", .options = "1e040120"}),
                                 bench.IsBack({.flags = "SA", .options = "1e0c0100 0123456789abcdef"})}));
}

TEST(FlagNormaliserTest, FlipsAInEachSecondPacket) {
  BoxBench bench;
  bench.Add(
      std::make_unique<FlagNormaliser>(FlagOptions{.clear = 0, .flip = 0x80, .directions = {.there = true, .back = false}}));
  for (int i = 0; i < 3; ++i) bench.There({.flags = "S", .options = "1e040101"});
  bench.Back({.flags = "SA", .options = "1e040101"});
  const std::string flipped = bench.IsThere({.flags = "S", .options = "1e040181"});
  const std::string straight = bench.IsThere({.flags = "S", .options = "1e040101"});
  EXPECT_EQ(bench.Take(), (Lines{flipped, straight, flipped, bench.IsBack({.flags = "SA", .options = "1e040101"})}));
}

TEST(FlagNormaliserTest, ZeroesWhatIsReserved) {
  BoxBench bench;
  bench.Add(std::make_unique<FlagNormaliser>(FlagOptions{.clear = 0}));
  PacketPtr packet = bench.Make({.options = "1e0820e1 00000001"}, Direction::kThere);
  packet->buffer[12] |= std::byte{0x0f};
  SegmentEdit(*packet).Seal();
  bench.chain().Enter(std::move(packet), Direction::kThere, bench.now());
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.options = "1e082001 00000001"})});
}

}  // namespace
}  // namespace mptcpp::sim
