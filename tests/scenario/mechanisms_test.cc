// SPDX-License-Identifier: Apache-2.0
// The two mechanisms against a shut shared window (NSDI 2012) can be turned off one by one, and are worth having.
#include <gtest/gtest.h>

#include "scenario/world.h"

namespace mptcpp::scenario {
namespace {

struct Outcome {
  double mbps = 0;
  std::uint64_t again = 0, penalties = 0;
};

// WiFi 8 Mbit/s at 20 ms, 3G 2 Mbit/s at 150 ms with a queue of two seconds, and a small receive buffer.
Outcome Measure(bool opportunistic, bool penalisation) {
  std::vector<sim::PathOptions> paths = {Symmetric(8, 20), Symmetric(2, 150)};
  paths[0].there.buffer = Bytes(80'000);
  paths[1].there.buffer = Bytes(500'000);
  ConnectionOptions connection;
  connection.receive_buffer = connection.initial_receive_buffer = Bytes(200'000);
  connection.opportunistic_retransmission = opportunistic;
  connection.penalisation = penalisation;
  World world({.paths = paths, .connection = connection});
  Pair& pair = world.Upload(TransferPlan::kEndless);
  world.sim.Run(Duration::Seconds(30));
  const Counters& counters = world.client.endpoint().counters();
  return {static_cast<double>(pair.server->ReceivedBetween(Duration::Seconds(10), Duration::Seconds(30))) * 8e-6 / 20,
          counters[Counter::kOpportunisticRetrans], counters[Counter::kPenalisations]};
}

TEST(Mechanisms, EachCanBeTurnedOff) {
  const Outcome none = Measure(false, false), first = Measure(true, false), both = Measure(true, true);
  EXPECT_EQ(none.again, 0u);
  EXPECT_EQ(none.penalties, 0u);
  EXPECT_GT(first.again, 0u);
  EXPECT_EQ(first.penalties, 0u);
  EXPECT_GT(both.penalties, 0u);
  EXPECT_GT(both.mbps, none.mbps * 1.1);
}

}  // namespace
}  // namespace mptcpp::scenario
