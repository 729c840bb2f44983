// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_split.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

constexpr std::string_view kTimestamps = "0101080a0000000100000002";
constexpr std::string_view kPackedTimestamps = "080a0000000100000002";  // NOPs go behind when something was taken out
constexpr std::string_view kDss = "1e082001 00000001";
const std::string kBoth = std::string(kTimestamps) + std::string(kDss);

Lines Split(BoxBench& bench, std::size_t size, std::size_t first, SplitOptions options) {
  bench.Add(std::make_unique<Splitter>(size, first, options, Directions{}));
  bench.There({.flags = "PACF", .seq = 1000, .ack = 7, .options = kBoth, .payload = "abcdefg"});
  return bench.Take();
}

TEST(SplitterTest, CopiesTheOptionsAndDealsOutTheFlags) {
  BoxBench bench;
  EXPECT_EQ(Split(bench, 3, 0, SplitOptions::kCopy),
            (Lines{bench.IsThere({.flags = "AC", .seq = 1000, .ack = 7, .options = kBoth, .payload = "abc"}),
                   bench.IsThere({.flags = "A", .seq = 1003, .ack = 7, .options = kBoth, .payload = "def"}),
                   bench.IsThere({.flags = "PAF", .seq = 1006, .ack = 7, .options = kBoth, .payload = "g"})}));
}

TEST(SplitterTest, MptcpOnTheFirstPieceOnly) {
  BoxBench bench;
  EXPECT_EQ(Split(bench, 4, 0, SplitOptions::kMptcpFirst),
            (Lines{bench.IsThere({.flags = "AC", .seq = 1000, .ack = 7, .options = kBoth, .payload = "abcd"}),
                   bench.IsThere({.flags = "PAF", .seq = 1004, .ack = 7, .options = kPackedTimestamps, .payload = "efg"})}));
}

TEST(SplitterTest, AllOptionsOnTheFirstPieceOnly) {
  BoxBench bench;
  EXPECT_EQ(Split(bench, 10, 1, SplitOptions::kFirst),
            (Lines{bench.IsThere({.flags = "AC", .seq = 1000, .ack = 7, .options = kBoth, .payload = "a"}),
                   bench.IsThere({.flags = "PAF", .seq = 1001, .ack = 7, .payload = "bcdefg"})}));
}

TEST(SplitterTest, ShortSegmentsAndOtherDirectionsPass) {
  BoxBench bench;
  bench.Add(std::make_unique<Splitter>(3, 0, SplitOptions::kCopy, Directions{.there = true, .back = false}));
  bench.There({.payload = "abc"});
  bench.Back({.payload = "abcdef"});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.payload = "abc"}), bench.IsBack({.payload = "abcdef"})}));
}

}  // namespace
}  // namespace mptcpp::sim
