// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_inject.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

using Place = InjectOptions::Place;

TEST(InjectorTest, AResetFollowsTheDataWithTheSequenceNumberAskedFor) {
  const std::pair<Place, std::uint32_t> cases[] = {
      {Place::kExact, 103}, {Place::kInWindow, 203}, {Place::kOutOfWindow, 103 + (1u << 30)}};
  for (const auto& [place, seq] : cases) {
    BoxBench bench;
    bench.Add(std::make_unique<Injector>(InjectOptions{.place = place}));
    bench.There({.flags = "S", .seq = 99});
    bench.There({.seq = 100, .ack = 9});
    EXPECT_EQ(bench.Take().size(), 2u);
    bench.There({.seq = 100, .ack = 9, .payload = "abc"});
    EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.seq = 100, .ack = 9, .payload = "abc"}),
                                   bench.IsThere({.flags = "R", .seq = seq, .window = 0})}));
    bench.There({.seq = 103, .ack = 9, .payload = "def"});
    EXPECT_EQ(bench.Take().size(), 1u) << "once per flow";
  }
}

TEST(InjectorTest, AFinAcknowledgesWhatTheSenderDid) {
  BoxBench bench;
  bench.Add(std::make_unique<Injector>(InjectOptions{.fin = true}));
  bench.There({.seq = 100, .ack = 9, .payload = "abc"});
  EXPECT_EQ(bench.Take().back(), bench.IsThere({.flags = "FA", .seq = 103, .ack = 9}));
}

TEST(InjectorTest, TowardsBothEndsAfterSomeBytesAndTime) {
  BoxBench bench;
  bench.Add(std::make_unique<Injector>(InjectOptions{.directions = {}, .after_bytes = Bytes(6), .after = Duration::Seconds(1)}));
  bench.There({.seq = 100, .payload = "abcdef"});
  bench.Run(Duration::Seconds(1));
  bench.Take();
  bench.There({.seq = 106});
  bench.Back({.seq = 50, .payload = "x"});
  EXPECT_EQ(bench.Take(),
            (Lines{bench.IsThere({.seq = 106}), bench.IsThere({.flags = "R", .seq = 106, .window = 0}),
                   bench.IsBack({.seq = 50, .payload = "x"}), bench.IsBack({.flags = "R", .seq = 51, .window = 0})}));
}

TEST(InjectorTest, TheFirstFlowsOnly) {
  BoxBench bench;
  bench.Add(std::make_unique<Injector>(InjectOptions{.flows = 1}));
  bench.There({.seq = 1, .payload = "x"});
  EXPECT_EQ(bench.Take().size(), 2u);
  bench.There({.seq = 1, .payload = "x", .from = {BoxBench::kClient.address, 5001}});
  EXPECT_EQ(bench.Take().size(), 1u);
}

}  // namespace
}  // namespace mptcpp::sim
