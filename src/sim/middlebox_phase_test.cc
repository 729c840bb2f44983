// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_phase.h"

#include "sim/middlebox_for_testing.h"
#include "sim/middlebox_registry.h"

namespace mptcpp::sim {
namespace {

constexpr std::string_view kCapable = "1e040101";
constexpr std::string_view kJoin = "1e0c1001 00000001 00000002";
constexpr std::string_view kDss = "1e082001 00000001";
constexpr std::string_view kDataFin = "1e102014 00000007 00000000 0001 0000";

// The segments of one connection, in order. What the box strips loses its option.
std::vector<std::string> Life(const ParameterMap& parameters, std::string_view syn = kCapable) {
  BoxBench bench;
  ParameterMap all{{"syn", "true"}, {"synack", "true"}, {"third_ack", "true"}};
  all.insert(parameters.begin(), parameters.end());
  bench.Add(*MakeMiddlebox("strip-data", all));
  const std::string block(1000, 'x');
  std::vector<std::string> stripped;
  const auto pass = [&](const char* name, bool there, const Seg& segment) {
    there ? bench.There(segment) : bench.Back(segment);
    Seg bare = segment;
    bare.options = {};
    const auto out = bench.Take();
    if (out == Lines{there ? bench.IsThere(bare) : bench.IsBack(bare)}) stripped.emplace_back(name);
  };
  pass("syn", true, {.flags = "S", .seq = 99, .options = syn});
  pass("synack", false, {.flags = "SA", .seq = 199, .ack = 100, .options = syn});
  pass("ack", true, {.seq = 100, .ack = 200, .options = kDss});
  pass("first", true, {.seq = 100, .ack = 200, .options = kDss, .payload = block});
  pass("reply", false, {.seq = 200, .ack = 1100, .options = kDss, .payload = block});
  for (std::uint32_t i = 1; i < 15; ++i) {
    bench.There({.seq = 100 + 1000 * i, .ack = 200, .payload = block});
    bench.Back({.seq = 200 + 1000 * i, .ack = 100, .payload = block});
  }
  bench.Take();
  pass("middle", true, {.seq = 15100, .ack = 15200, .options = kDss, .payload = "more"});
  pass("data-fin", true, {.seq = 15104, .ack = 15200, .options = kDataFin});
  pass("after", false, {.seq = 15200, .ack = 15104, .options = kDss});
  pass("fin", true, {.flags = "FA", .seq = 15104, .ack = 15200, .options = kDss});
  return stripped;
}

TEST(PhaseGateTest, EachPhaseAlone) {
  EXPECT_EQ(Life({{"phase", "syn"}}), (Lines{"syn"}));
  EXPECT_EQ(Life({{"phase", "synack"}}), (Lines{"synack"}));
  EXPECT_EQ(Life({{"phase", "third-ack"}}), (Lines{"ack"}));
  EXPECT_EQ(Life({{"phase", "first-data"}}), (Lines{"first", "reply"}));
  EXPECT_EQ(Life({{"phase", "mid-stream"}}), (Lines{"middle"}));
  EXPECT_EQ(Life({{"phase", "close"}}), (Lines{"data-fin", "after", "fin"}));
}

TEST(PhaseGateTest, FromAPhaseOn) {
  EXPECT_EQ(Life({{"phase", "mid-stream"}, {"lasting", "true"}}), (Lines{"middle", "data-fin", "after", "fin"}));
  EXPECT_EQ(Life({{"phase", "syn"}, {"lasting", "true"}}), Life({}));
}

TEST(PhaseGateTest, JoinsOrFirstSubflowsOnly) {
  EXPECT_EQ(Life({{"only", "joins"}}), Lines{});
  EXPECT_EQ(Life({{"only", "first"}}), Life({}));
  EXPECT_EQ(Life({{"only", "joins"}, {"phase", "syn"}}, kJoin), (Lines{"syn"}));
  EXPECT_EQ(Life({{"only", "first"}, {"phase", "syn"}}, kJoin), Lines{});
}

TEST(PhaseGateTest, WhatIsNotAdmittedIsNotCounted) {
  BoxBench bench;
  const Middlebox& box = bench.Add(*MakeMiddlebox("drop-mptcp-syn", {{"phase", "close"}}));
  bench.There({.flags = "S", .options = kCapable});
  EXPECT_EQ(bench.Take().size(), 1u);
  EXPECT_EQ(box.counters().seen, 0u);
}

}  // namespace
}  // namespace mptcpp::sim
