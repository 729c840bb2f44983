// SPDX-License-Identifier: Apache-2.0
// What must not matter: running again, how packets are handed over, and who splits super-segments.
#include <gtest/gtest.h>

#include "scenario/world.h"

namespace mptcpp::scenario {
namespace {

sim::PathOptions Rough(double mbps, std::int64_t rtt_ms) {
  sim::PathOptions path = Symmetric(mbps, rtt_ms, 0.01);
  path.there.jitter = Duration::Millis(3);
  path.there.reorder = 0.01;
  path.there.duplicate = 0.01;
  path.there.corrupt = 0.005;
  return path;
}

struct Outcome {
  std::uint64_t hash, packets, received;
  bool intact, closed;
  double seconds;
};

Outcome Play(std::uint64_t seed, const sim::HostOptions& host, std::vector<sim::PathOptions> paths) {
  World world({.seed = seed, .paths = std::move(paths), .client = host, .server = host});
  Pair& pair = world.Connect({.bytes = 5'000'000, .close = CloseMode::kShutdownWhenSent},
                             {.bytes = 700'000, .close = CloseMode::kShutdownWhenSent});
  const bool done = world.sim.RunUntilDone(Duration::Seconds(120));
  const auto& client = pair.client->result();
  const auto& server = pair.server->result();
  return {.hash = world.sim.hash().value(),
          .packets = world.sim.hash().packets(),
          .received = client.bytes_received + server.bytes_received,
          .intact = !client.first_difference && !server.first_difference,
          .closed = done && client.closed && server.closed,
          .seconds = (server.last_byte_at - client.opened).seconds()};
}

void ExpectWhole(const Outcome& outcome) {
  EXPECT_TRUE(outcome.intact);
  EXPECT_TRUE(outcome.closed);
  EXPECT_EQ(outcome.received, 5'700'000u);
}

TEST(Equivalence, EqualSeedsGiveEqualRuns) {
  const Outcome first = Play(7, {}, {Rough(20, 20), Rough(10, 60)});
  const Outcome again = Play(7, {}, {Rough(20, 20), Rough(10, 60)});
  const Outcome other = Play(8, {}, {Rough(20, 20), Rough(10, 60)});
  ExpectWhole(first);
  EXPECT_EQ(first.hash, again.hash);
  EXPECT_EQ(first.packets, again.packets);
  EXPECT_NE(first.hash, other.hash);
}

TEST(Equivalence, BatchesAndSinglePackets) {
  sim::HostOptions batches, singles;
  batches.receive_interval = singles.receive_interval = Duration::Millis(1);
  singles.one_by_one = true;
  const Outcome a = Play(1, batches, {Symmetric(20, 20), Symmetric(20, 40)});
  const Outcome b = Play(1, singles, {Symmetric(20, 20), Symmetric(20, 40)});
  ExpectWhole(a);
  ExpectWhole(b);
  EXPECT_NEAR(a.seconds, b.seconds, 0.1 * b.seconds);
}

TEST(Equivalence, SuperSegmentsAndMssSegments) {
  sim::HostOptions mss, gso, gro, both;
  gso.keep_super_segments = true;
  gro.merge_on_receive = true;
  gro.receive_interval = Duration::Millis(1);
  both = gro;
  both.keep_super_segments = true;
  const std::vector<sim::PathOptions> paths = {Symmetric(50, 20), Symmetric(50, 40)};
  const Outcome reference = Play(1, mss, paths);
  ExpectWhole(reference);
  for (const sim::HostOptions& options : {gso, gro, both}) {
    const Outcome outcome = Play(1, options, paths);
    ExpectWhole(outcome);
    EXPECT_NEAR(outcome.seconds, reference.seconds, 0.15 * reference.seconds);
    if (options.keep_super_segments) {
      EXPECT_LT(outcome.packets, reference.packets);
    }
  }
}

TEST(Equivalence, LossyPathsUnderOffloads) {
  sim::HostOptions options;
  options.keep_super_segments = true;
  options.merge_on_receive = true;
  options.receive_interval = Duration::Micros(500);
  for (const std::uint64_t seed : {1, 2, 3}) ExpectWhole(Play(seed, options, {Rough(20, 20), Rough(10, 60)}));
}

}  // namespace
}  // namespace mptcpp::scenario
