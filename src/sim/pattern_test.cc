// SPDX-License-Identifier: Apache-2.0
#include "sim/pattern.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim/trace_hash.h"

namespace mptcpp::sim {
namespace {

TEST(Pattern, IsTheSameInAnyPieces) {
  const Pattern pattern(5);
  std::vector<std::byte> whole(100), parts(100);
  pattern.Fill(13, whole);
  for (std::size_t at = 0; at < 100; at += 7) pattern.Fill(13 + at, std::span(parts).subspan(at, std::min<std::size_t>(7, 100 - at)));
  EXPECT_EQ(whole, parts);
  EXPECT_EQ(pattern.FirstDifference(13, whole), std::nullopt);
}

TEST(Pattern, FindsTheFirstWrongByte) {
  const Pattern pattern(5);
  std::vector<std::byte> data(100);
  pattern.Fill(1000, data);
  data[37] ^= std::byte{1};
  data[80] ^= std::byte{1};
  EXPECT_EQ(pattern.FirstDifference(1000, data), 1037u);
  EXPECT_EQ(pattern.FirstDifference(1001, std::span(data).first(10)), 1001u);  // shifted by one: wrong from the start
}

TEST(TraceHash, DependsOnTimeNodeBytesAndOrder) {
  const std::vector<std::byte> a(11, std::byte{1}), b(11, std::byte{2});
  const auto hash = [](std::initializer_list<std::tuple<int, const char*, std::vector<std::byte>>> entries) {
    TraceHash h;
    for (const auto& [at, node, bytes] : entries) h.Add(Instant::FromNanos(at), node, bytes);
    return h.value();
  };
  EXPECT_EQ(hash({{1, "x", a}, {2, "y", b}}), hash({{1, "x", a}, {2, "y", b}}));
  EXPECT_NE(hash({{1, "x", a}}), hash({{2, "x", a}}));
  EXPECT_NE(hash({{1, "x", a}}), hash({{1, "y", a}}));
  EXPECT_NE(hash({{1, "x", a}}), hash({{1, "x", b}}));
  EXPECT_NE(hash({{1, "x", a}, {1, "x", b}}), hash({{1, "x", b}, {1, "x", a}}));
}

}  // namespace
}  // namespace mptcpp::sim
