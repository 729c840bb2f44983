// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_mirror.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

constexpr std::string_view kCapable = "1e040101";
constexpr std::string_view kDss = "1e082001 00000001";
constexpr std::string_view kOther = "1e082001 00000009";
constexpr Directions kBackOnly{.there = false, .back = true};

TEST(OptionMirrorTest, TheClientMeetsItself) {
  BoxBench bench;
  bench.Add(std::make_unique<OptionMirror>(OptionMirror::Where::kEverywhere, kBackOnly));
  bench.There({.flags = "S", .options = "020405b4 1e040101"});
  bench.Back({.flags = "SA", .options = "020405b4"});
  bench.There({.options = kDss, .payload = "x"});
  bench.Back({.options = kOther, .payload = "y"});
  EXPECT_EQ(bench.Take(),
            (Lines{bench.IsThere({.flags = "S", .options = "020405b4 1e040101"}),
                   bench.IsBack({.flags = "SA", .options = "020405b4 1e040101"}),
                   bench.IsThere({.options = kDss, .payload = "x"}), bench.IsBack({.options = kDss, .payload = "y"})}));
}

TEST(OptionMirrorTest, HandshakeOnly) {
  BoxBench bench;
  bench.Add(std::make_unique<OptionMirror>(OptionMirror::Where::kSynAck, kBackOnly));
  bench.There({.flags = "S", .options = kCapable});
  bench.Back({.flags = "SA"});
  bench.Back({.options = kDss});
  bench.Take();
  bench.There({.options = kDss});
  bench.Back({.payload = "y"});
  EXPECT_EQ(bench.Take().back(), bench.IsBack({.payload = "y"}));
}

TEST(OptionMirrorTest, DataOnly) {
  BoxBench bench;
  bench.Add(std::make_unique<OptionMirror>(OptionMirror::Where::kData, kBackOnly));
  bench.There({.flags = "S", .options = kCapable});
  bench.Back({.flags = "SA"});
  bench.There({.options = kDss});
  bench.Take();
  bench.Back({.payload = "y"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsBack({.options = kDss, .payload = "y"})});
}

TEST(OptionMirrorTest, WhatDoesNotFitIsLeftOut) {
  BoxBench bench;
  bench.Add(std::make_unique<OptionMirror>(OptionMirror::Where::kEverywhere, kBackOnly));
  bench.There({.options = "1e142001 00000001 00000001 00000001 00000001"});
  bench.Take();
  const std::string_view sack = "0522 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008";
  bench.Back({.options = sack});
  EXPECT_EQ(bench.Take(), Lines{bench.IsBack({.options = sack})});
}

}  // namespace
}  // namespace mptcpp::sim
