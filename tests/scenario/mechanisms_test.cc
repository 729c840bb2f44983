// SPDX-License-Identifier: Apache-2.0
// The two mechanisms against a shut shared window (NSDI 2012) do begin when a slow path holds up a fast one.
#include <gtest/gtest.h>

#include "scenario/world.h"

namespace mptcpp::scenario {
namespace {

// WiFi 8 Mbit/s at 20 ms, 3G 2 Mbit/s at 150 ms with a queue of two seconds, and a small receive buffer. What the slow path delivers is
// acknowledged at data level by way of the fast one: its oldest unacknowledged mapping is never the one that blocks.
TEST(Mechanisms, BothBeginWhenASlowPathFillsTheWindow) {
  std::vector<sim::PathOptions> paths = {Symmetric(8, 20), Symmetric(2, 150)};
  paths[0].there.buffer = Bytes(80'000);
  paths[1].there.buffer = Bytes(500'000);
  ConnectionOptions connection;
  connection.receive_buffer = connection.initial_receive_buffer = Bytes(200'000);
  World world({.paths = paths, .connection = connection});
  Pair& pair = world.Upload(TransferPlan::kEndless);
  world.sim.Run(Duration::Seconds(20));
  const Counters& counters = world.client.endpoint().counters();
  EXPECT_GT(counters[Counter::kOpportunisticRetrans], 0u);
  EXPECT_GT(counters[Counter::kPenalisations], 0u);
  EXPECT_EQ(pair.server->result().first_difference, std::nullopt);
}

}  // namespace
}  // namespace mptcpp::scenario
