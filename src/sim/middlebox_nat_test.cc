// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_nat.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

const IpAddress kOutside = IpAddress::V4(5, 6, 7, 8);
const NatOptions kOptions{.outside = kOutside, .first_port = 20000, .last_port = 20001, .timeout = Duration::Seconds(10)};

TEST(NatTest, TranslatesBothWays) {
  BoxBench bench;
  bench.Add(std::make_unique<Nat>(kOptions));
  bench.There({.flags = "S", .seq = 7, .options = "020405b4"});
  bench.Back({.flags = "SA", .seq = 9, .ack = 8, .to = {kOutside, 20000}});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S", .seq = 7, .options = "020405b4", .from = {kOutside, 20000}}),
                                 bench.IsBack({.flags = "SA", .seq = 9, .ack = 8})}));
}

TEST(NatTest, DropsWhatNobodyInsideAskedFor) {
  BoxBench bench;
  Nat& nat = bench.Add(std::make_unique<Nat>(kOptions));
  bench.Back({.flags = "S", .to = {kOutside, 20000}});
  bench.There({.flags = "S"});
  bench.Take();
  const SocketAddress stranger{IpAddress::V4(203, 0, 113, 99), 21};
  bench.Back({.flags = "S", .from = stranger, .to = {kOutside, 20000}});
  bench.Back({.flags = "SA"});  // to the private address
  EXPECT_EQ(bench.Take(), Lines{});
  EXPECT_EQ(nat.counters().dropped, 3u);
}

TEST(NatTest, IdleMappingsDieAndTheFlowGetsANewPort) {
  BoxBench bench;
  Nat& nat = bench.Add(std::make_unique<Nat>(kOptions));
  bench.There({.flags = "S"});
  bench.Run(Duration::Seconds(9));
  bench.There({.payload = "still here"});
  bench.Run(Duration::Seconds(9));
  bench.Back({.payload = "so am I", .to = {kOutside, 20000}});
  EXPECT_EQ(bench.Take().size(), 3u);
  bench.Run(Duration::Seconds(10));
  bench.Back({.payload = "too late", .to = {kOutside, 20000}});
  EXPECT_EQ(bench.Take(), Lines{});
  bench.There({.payload = "x"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.payload = "x", .from = {kOutside, 20001}})});
  EXPECT_EQ(nat.mapping_count(), 1u);
}

TEST(NatTest, ARestartRebindsEverything) {
  BoxBench bench;
  Nat& nat = bench.Add(std::make_unique<Nat>(kOptions));
  bench.There({.flags = "S"});
  nat.Restart();
  bench.Back({.flags = "SA", .to = {kOutside, 20000}});
  bench.There({.payload = "x"});
  EXPECT_EQ(bench.Take().back(), bench.IsThere({.payload = "x", .from = {kOutside, 20001}}));
  EXPECT_EQ(nat.counters().dropped, 1u);
}

TEST(NatTest, PortsRunOutPerPeer) {
  BoxBench bench;
  Nat& nat = bench.Add(std::make_unique<Nat>(kOptions));
  for (std::uint16_t port = 1; port <= 3; ++port) bench.There({.flags = "S", .from = {BoxBench::kClient.address, port}});
  EXPECT_EQ(nat.counters().dropped, 1u);
  bench.There({.flags = "S", .to = {BoxBench::kServer.address, 80}});
  EXPECT_EQ(nat.counters().dropped, 1u);
}

}  // namespace
}  // namespace mptcpp::sim
