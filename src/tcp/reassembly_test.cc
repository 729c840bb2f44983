// SPDX-License-Identifier: Apache-2.0
#include "tcp/reassembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace mptcpp::tcp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Taken {
  std::vector<StreamRange> pieces;
  bool operator()(std::uint64_t b, std::uint64_t e) {
    pieces.push_back({b, e});
    return true;
  }
};

std::vector<StreamRange> AddTo(Reassembly& r, std::uint64_t b, std::uint64_t e) {
  Taken taken;
  r.Add(b, e, [&](std::uint64_t x, std::uint64_t y) { return taken(x, y); });
  EXPECT_EQ(r.Inconsistency(), nullptr);
  return taken.pieces;
}

std::vector<StreamRange> Blocks(const Reassembly& r, std::size_t most = 4) {
  std::array<wire::SackBlock, 4> out;
  const std::size_t n = r.WriteBlocks(std::span(out).first(most), SeqNum(0));
  std::vector<StreamRange> blocks;
  for (std::size_t i = 0; i < n; ++i) blocks.push_back({out[i].left.value(), out[i].right.value()});
  return blocks;
}

TEST(Reassembly, InOrder) {
  Reassembly r;
  Taken taken;
  const auto outcome = r.Add(0, 100, [&](auto b, auto e) { return taken(b, e); });
  EXPECT_TRUE(outcome.in_order);
  EXPECT_FALSE(outcome.duplicate);
  EXPECT_EQ(outcome.fresh, 100u);
  EXPECT_EQ(r.edge(), 100u);
  EXPECT_FALSE(r.HasBlocks());
}

TEST(Reassembly, HoleThenFilled) {
  Reassembly r;
  EXPECT_THAT(AddTo(r, 100, 200), ElementsAre(StreamRange{100, 200}));
  EXPECT_EQ(r.edge(), 0u);
  EXPECT_THAT(Blocks(r), ElementsAre(StreamRange{100, 200}));
  Taken taken;
  const auto outcome = r.Add(0, 100, [&](auto b, auto e) { return taken(b, e); });
  EXPECT_FALSE(outcome.in_order) << "a filled hole is acknowledged at once";
  EXPECT_EQ(r.edge(), 200u);
  EXPECT_FALSE(r.HasHoles());
}

TEST(Reassembly, OneSegmentOverSeveralHolesGivesOnlyTheNewParts) {
  Reassembly r;
  AddTo(r, 10, 20);
  AddTo(r, 30, 40);
  EXPECT_THAT(AddTo(r, 0, 50), ElementsAre(StreamRange{0, 10}, StreamRange{20, 30}, StreamRange{40, 50}));
  EXPECT_EQ(r.edge(), 50u);
}

TEST(Reassembly, MostRecentBlockComesFirst) {
  Reassembly r;
  AddTo(r, 10, 20);
  AddTo(r, 30, 40);
  AddTo(r, 50, 60);
  AddTo(r, 70, 80);
  AddTo(r, 90, 95);
  EXPECT_THAT(Blocks(r), ElementsAre(StreamRange{90, 95}, StreamRange{70, 80}, StreamRange{50, 60}, StreamRange{30, 40}));
  AddTo(r, 20, 25);
  EXPECT_THAT(Blocks(r, 3), ElementsAre(StreamRange{10, 25}, StreamRange{90, 95}, StreamRange{70, 80}));
  AddTo(r, 80, 90);  // joins two
  EXPECT_THAT(Blocks(r), ElementsAre(StreamRange{70, 95}, StreamRange{10, 25}, StreamRange{50, 60}));
}

TEST(Reassembly, DuplicateBelowTheEdgeIsReportedOnce) {
  Reassembly r;
  AddTo(r, 0, 100);
  AddTo(r, 200, 300);
  EXPECT_THAT(AddTo(r, 50, 100), IsEmpty());
  EXPECT_THAT(Blocks(r), ElementsAre(StreamRange{50, 100}, StreamRange{200, 300}));
  r.OnBlocksSent();
  EXPECT_THAT(Blocks(r), ElementsAre(StreamRange{200, 300}));
}

TEST(Reassembly, DuplicateInsideABlockIsFollowedByThatBlock) {
  Reassembly r;
  AddTo(r, 100, 200);
  AddTo(r, 300, 400);
  AddTo(r, 120, 180);
  EXPECT_THAT(Blocks(r), ElementsAre(StreamRange{120, 180}, StreamRange{100, 200}, StreamRange{300, 400}));
}

TEST(Reassembly, StopsWhenToldTo) {
  Reassembly r;
  AddTo(r, 10, 20);
  int calls = 0;
  const auto outcome = r.Add(0, 30, [&](auto, auto) { ++calls; return false; });
  EXPECT_TRUE(outcome.stopped);
  EXPECT_EQ(calls, 1);
}

TEST(Reassembly, RefusesOneRangeTooMany) {
  Reassembly r;
  for (std::uint64_t i = 1; i <= Reassembly::kMaxRanges; ++i) AddTo(r, i * 10, i * 10 + 1);
  EXPECT_THAT(AddTo(r, 100'000, 100'001), IsEmpty());
  EXPECT_THAT(AddTo(r, 11, 12), ElementsAre(StreamRange{11, 12})) << "growing a range needs no room";
  EXPECT_THAT(AddTo(r, 0, 5), ElementsAre(StreamRange{0, 5})) << "the edge always moves";
}

TEST(Reassembly, AgreesWithAByteMap) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    Reassembly r;
    std::vector<bool> have(400);
    while (r.edge() < have.size()) {
      const std::uint64_t b = random() % have.size();
      const std::uint64_t e = std::min<std::uint64_t>(have.size(), b + 1 + random() % 40);
      for (const StreamRange& piece : AddTo(r, b, e)) {
        for (std::uint64_t i = piece.begin; i < piece.end; ++i) {
          ASSERT_FALSE(have[i]) << "a byte was given twice";
          have[i] = true;
        }
      }
      for (std::uint64_t i = b; i < e; ++i) ASSERT_TRUE(have[i]);
      const auto first_missing = static_cast<std::uint64_t>(std::find(have.begin(), have.end(), false) - have.begin());
      ASSERT_EQ(r.edge(), first_missing);
    }
  }
}

}  // namespace
}  // namespace mptcpp::tcp
