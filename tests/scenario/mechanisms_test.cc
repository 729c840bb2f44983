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
Outcome Measure(bool opportunistic, bool penalisation, Bytes send_buffer, Bytes receive_buffer) {
  std::vector<sim::PathOptions> paths = {Symmetric(8, 20), Symmetric(2, 150)};
  paths[0].there.buffer = Bytes(80'000);
  paths[1].there.buffer = Bytes(500'000);
  ConnectionOptions connection;
  connection.send_buffer = send_buffer;
  connection.receive_buffer = connection.initial_receive_buffer = receive_buffer;
  connection.opportunistic_retransmission = opportunistic;
  connection.penalisation = penalisation;
  World world({.paths = paths, .connection = connection});
  Pair& pair = world.Upload(TransferPlan::kEndless);
  world.sim.Run(Duration::Seconds(30));
  const Counters& counters = world.client.endpoint().counters();
  return {static_cast<double>(pair.server->ReceivedBetween(Duration::Seconds(10), Duration::Seconds(30))) * 8e-6 / 20,
          counters[Counter::kOpportunisticRetrans], counters[Counter::kPenalisations]};
}

constexpr Bytes kShort(200'000), kAmple = Bytes::MiB(16);

TEST(Mechanisms, EachCanBeTurnedOff) {
  const Outcome none = Measure(false, false, kAmple, kShort), first = Measure(true, false, kAmple, kShort);
  const Outcome both = Measure(true, true, kAmple, kShort);
  EXPECT_EQ(none.again, 0u);
  EXPECT_EQ(none.penalties, 0u);
  EXPECT_GT(first.again, 0u);
  EXPECT_EQ(first.penalties, 0u);
  EXPECT_GT(both.penalties, 0u);
  EXPECT_GT(both.mbps, none.mbps * 1.1);
}

// It makes no difference which of the two buffers the slow path has filled.
TEST(Mechanisms, WorkAgainstAFullSendBufferAsWell) {
  const Outcome none = Measure(false, false, kShort, kAmple), both = Measure(true, true, kShort, kAmple);
  EXPECT_EQ(none.again, 0u);
  EXPECT_GT(both.again, 0u);
  EXPECT_GT(both.penalties, 0u);
  EXPECT_GT(both.mbps, none.mbps * 1.1);
}

}  // namespace
}  // namespace mptcpp::scenario
