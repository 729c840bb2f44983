// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_ecmp.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

SocketAddress Client(std::uint16_t port) { return {BoxBench::kClient.address, port}; }

TEST(EqualCostLegsTest, AFlowKeepsItsLegBothWays) {
  BoxBench bench;
  bench.Add(std::make_unique<EqualCostLegs>(2, Duration::Millis(5), 2));
  int alive = 0;
  for (std::uint16_t port = 1; port <= 200; ++port) {
    bench.There({.flags = "S", .from = Client(port)});
    const bool there = !bench.Take().empty();
    bench.Back({.flags = "SA", .to = Client(port)});
    bench.There({.payload = "x", .from = Client(port)});
    EXPECT_EQ(bench.Take().size(), there ? 2u : 0u) << port;
    alive += there;
  }
  EXPECT_NEAR(alive, 100, 30) << "the hash spreads";
}

TEST(EqualCostLegsTest, EachLegIsLongerThanTheOneBefore) {
  BoxBench bench;
  bench.Add(std::make_unique<EqualCostLegs>(3, Duration::Millis(5), 0));
  for (std::uint16_t port = 1; port <= 300; ++port) bench.There({.flags = "S", .from = Client(port)});
  for (int leg = 0; leg < 3; ++leg) {
    EXPECT_NEAR(static_cast<double>(bench.Take().size()), 100, 30) << leg;
    bench.Run(Duration::Millis(5));
  }
}

}  // namespace
}  // namespace mptcpp::sim
