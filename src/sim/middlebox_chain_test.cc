// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_chain.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

// Adds its mark to the payload, later, and echoes what it is told to.
class Marker final : public Middlebox {
 public:
  explicit Marker(char mark, Duration delay = {}) : mark_(mark), delay_(delay) {}

 private:
  void Process(PacketPtr packet, Direction direction) override {
    SegmentEdit segment(*packet);
    std::string payload(reinterpret_cast<const char*>(segment.payload().data()), segment.payload().size());
    const bool echo = !payload.empty() && payload.front() == '!' && mark_ == 'b';
    payload += mark_;
    segment.SetPayload(std::as_bytes(std::span(payload)));
    segment.Seal();
    NoteChange(*packet, direction);
    if (echo) return Inject(std::move(packet), Opposite(direction));
    PassAt(std::move(packet), direction, now() + delay_);
  }
  char mark_;
  Duration delay_;
};

TEST(MiddleboxChainTest, BoxesStandInOrderSeenFromEachSide) {
  BoxBench bench;
  for (const char mark : {'a', 'b', 'c'}) bench.Add(std::make_unique<Marker>(mark));
  bench.There({.payload = "x"});
  bench.Back({.payload = "x"});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.payload = "xabc"}), bench.IsBack({.payload = "xcba"})}));
}

TEST(MiddleboxChainTest, WhatABoxInjectsPassesTheBoxesOnItsWayOnly) {
  BoxBench bench;
  for (const char mark : {'a', 'b', 'c'}) bench.Add(std::make_unique<Marker>(mark));
  bench.There({.payload = "!"});
  const Seg answer{.payload = "!aba", .from = BoxBench::kClient, .to = BoxBench::kServer};
  EXPECT_EQ(bench.Take(), Lines{bench.IsBack(answer)});
  EXPECT_EQ(bench.chain().boxes()[1]->counters().injected, 1u);
  EXPECT_EQ(bench.chain().boxes()[2]->counters().seen, 0u);
}

TEST(MiddleboxChainTest, HoldsBackWhatABoxDelays) {
  BoxBench bench;
  bench.Add(std::make_unique<Marker>('a', Duration::Millis(5)));
  bench.Add(std::make_unique<Marker>('b', Duration::Millis(2)));
  bench.There({.payload = "x"});
  EXPECT_EQ(bench.chain().NextDeadline(), bench.now() + Duration::Millis(5));
  bench.Run(Duration::Millis(6));
  EXPECT_EQ(bench.Take(), Lines{});
  bench.Run(Duration::Millis(1));
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.payload = "xab"})});
}

TEST(MiddleboxChainTest, BrokenSegmentsGoAroundTheBoxes) {
  BoxBench bench;
  bench.Add(std::make_unique<Marker>('a'));
  PacketPtr broken = bench.Make({.payload = "x"}, Direction::kThere);
  broken->buffer[20] ^= std::byte{1};
  bench.chain().Enter(std::move(broken), Direction::kThere, bench.now());
  EXPECT_EQ(bench.Take().size(), 1u);
  EXPECT_EQ(bench.chain().boxes()[0]->counters().seen, 0u);
}

TEST(MiddleboxChainTest, SuperSegmentsAreSplitLikeTheHostWouldHave) {
  BoxBench bench;
  bench.Add(std::make_unique<Marker>('.'));
  PacketPtr super = bench.Make({.flags = "PA", .seq = 10, .payload = "abcdefgh"}, Direction::kThere);
  super->gso_size = 3;
  bench.chain().Enter(std::move(super), Direction::kThere, bench.now());
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.seq = 10, .payload = "abc."}), bench.IsThere({.seq = 13, .payload = "def."}),
                                 bench.IsThere({.flags = "PA", .seq = 16, .payload = "gh."})}));
}

TEST(MiddleboxChainTest, TheLogTellsWhatABoxDid) {
  BoxBench bench;
  std::string log;
  bench.Add(std::make_unique<Marker>('b')).set_log([&](const MiddleboxNote& note) {
    log += std::string(note.box) + " " + std::string(note.what) + ";";
  });
  bench.There({.payload = "!"});
  EXPECT_EQ(log, "path/0 change;path/0 inject;");
}

TEST(SegmentEditTest, OptionsMoveThePayload) {
  BoxBench bench;
  PacketPtr packet = bench.Make({.options = "020405b4 0402 030307", .payload = "abc"}, Direction::kThere);
  SegmentEdit segment(*packet);
  segment.RemoveOptions([](std::span<const std::byte> option) { return KindOf(option) == wire::kKindSackPermitted; });
  EXPECT_EQ(ToHex(segment.options()), "020405b403030701");
  EXPECT_EQ(ToHex(segment.payload()), "616263");
  segment.SetOptions(FromHex("01 1e0c 1081 0123456789abcdef"));
  EXPECT_EQ(ToHex(segment.options()), "011e0c10810123456789abcdef010101");
  EXPECT_EQ(ToHex(segment.payload()), "616263");
  segment.Seal();
  EXPECT_TRUE(IsIntactSegment(*packet));
}

TEST(SegmentEditTest, APayloadMayOutgrowItsBuffer) {
  BoxBench bench;
  PacketPtr packet = bench.Make({.payload = "abc"}, Direction::kThere);
  SegmentEdit segment(*packet);
  segment.SetPayload(std::vector<std::byte>(5000, std::byte{7}));
  segment.Seal();
  EXPECT_TRUE(IsIntactSegment(*packet));
  EXPECT_EQ(packet->length, 5020u);
}

}  // namespace
}  // namespace mptcpp::sim
