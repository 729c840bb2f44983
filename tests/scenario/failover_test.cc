// SPDX-License-Identifier: Apache-2.0
// Paths that die and come back: how long the receiver waits, and that nothing is lost.
#include <gtest/gtest.h>

#include "scenario/world.h"

namespace mptcpp::scenario {
namespace {

constexpr std::uint64_t kEndless = TransferPlan::kEndless;

TEST(Failover, ASilentBlackHoleStallsTheReceiverForAtMost100ms) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World world({.seed = seed, .paths = {Symmetric(20, 20), Symmetric(20, 20)}});
    Pair& pair = world.Upload(kEndless);
    // Where in the transfer it strikes differs from seed to seed.
    const Duration strikes = Duration::Millis(3000 + static_cast<std::int64_t>(seed) * 37);
    world.sim.At(strikes, [&] { world.paths[0]->SetUp(false); });
    world.sim.Run(Duration::Seconds(6));
    const auto& received = pair.server->result();
    EXPECT_EQ(received.first_difference, std::nullopt);
    EXPECT_LE(received.longest_gap.millis(), 100) << "ended at " << (received.longest_gap_ended_at - sim::Simulation::kStart).seconds();
    // The other path goes on at its full rate.
    EXPECT_GE(pair.server->ReceivedBetween(strikes + Duration::Millis(500), Duration::Seconds(6)),
              static_cast<std::uint64_t>(0.85 * 20e6 / 8 * (6 - strikes.seconds() - 0.5)));
  }
}

TEST(Failover, ARestoredPathIsBackInUseWithin2s) {
  World world({.paths = {Symmetric(20, 20), Symmetric(20, 20)}});
  Pair& pair = world.Upload(kEndless);
  world.sim.At(Duration::Seconds(3), [&] { world.paths[0]->SetUp(false); });
  world.sim.At(Duration::Seconds(6), [&] { world.paths[0]->SetUp(true); });
  world.sim.Run(Duration::Seconds(6));
  const std::uint64_t before = world.paths[0]->there().counters().bytes_out;
  world.sim.Run(Duration::Seconds(2));
  EXPECT_GT(world.paths[0]->there().counters().bytes_out - before, 100'000u);
  world.sim.Run(Duration::Seconds(4));
  // And contributes: more than one path's worth in the last two seconds.
  EXPECT_GT(pair.server->ReceivedBetween(Duration::Seconds(10), Duration::Seconds(12)), static_cast<std::uint64_t>(1.5 * 20e6 / 8 * 2));
  EXPECT_EQ(pair.server->result().first_difference, std::nullopt);
}

// However long it was away: the retransmissions of its subflow have backed off to many seconds by then.
TEST(Failover, ALongLostPathIsBackInUseWithin2s) {
  for (const std::int64_t away : {1, 5, 9, 20, 45}) {
    SCOPED_TRACE(std::to_string(away) + " s away");
    World world({.paths = {Symmetric(20, 20), Symmetric(20, 20)}});
    world.Upload(kEndless);
    world.sim.At(Duration::Seconds(3), [&] { world.paths[0]->SetUp(false); });
    world.sim.At(Duration::Seconds(3 + away), [&] { world.paths[0]->SetUp(true); });
    world.sim.Run(Duration::Seconds(3 + away));
    const std::uint64_t before = world.paths[0]->there().counters().bytes_out;
    world.sim.Run(Duration::Seconds(2));
    EXPECT_GT(world.paths[0]->there().counters().bytes_out - before, 100'000u);
  }
}

// Covers: PRIO-5, PRIO-1
TEST(Failover, ABackupPathTakesOverAndRestsAgain) {
  World world({.paths = {Symmetric(20, 20), Symmetric(20, 40)}, .backup_mask = 2});
  Pair& pair = world.Upload(kEndless);
  world.sim.Run(Duration::Seconds(2));
  EXPECT_LT(world.paths[1]->there().counters().bytes_out, 20'000u) << "a backup carries no data while a regular subflow works";
  world.paths[0]->SetUp(false);
  world.sim.Run(Duration::Seconds(2));
  EXPECT_GT(pair.server->ReceivedBetween(Duration::Seconds(3), Duration::Seconds(4)), static_cast<std::uint64_t>(0.8 * 20e6 / 8));
  world.paths[0]->SetUp(true);
  world.sim.Run(Duration::Seconds(4));
  const std::uint64_t on_backup = world.paths[1]->there().counters().bytes_out;
  world.sim.Run(Duration::Seconds(2));
  EXPECT_LT(world.paths[1]->there().counters().bytes_out - on_backup, 100'000u);
  EXPECT_EQ(pair.server->result().first_difference, std::nullopt);
}

// Covers: CLOSE-13
TEST(Failover, BreakBeforeMakeResumesTheSameStream) {  // RFC 8684 3.3.3: a connection outlives its subflows
  World world({.paths = {Symmetric(20, 20), Symmetric(20, 20)}, .join_automatically = false});
  Pair& pair = world.Upload(20'000'000);
  world.sim.At(Duration::Seconds(2), [&] {
    ASSERT_TRUE(world.client.endpoint().CloseSubflow(pair.client->connection(), SubflowId(0), world.sim.now()).has_value());
    world.client.Kick();
    world.paths[0]->SetUp(false);
  });
  world.sim.At(Duration::Seconds(7), [&] {
    const SocketAddress to{World::ServerAddress(), 1001};
    EXPECT_TRUE(world.client.endpoint()
                    .AddSubflow(pair.client->connection(), {World::ClientAddress(1), 0}, to, false, world.sim.now())
                    .has_value());
    world.client.Kick();
  });
  EXPECT_TRUE(world.sim.RunUntil([&] { return pair.server != nullptr && pair.server->result().peer_closed; }, Duration::Seconds(60)));
  EXPECT_EQ(pair.server->result().bytes_received, 20'000'000u);
  EXPECT_EQ(pair.server->result().first_difference, std::nullopt);
}

// Covers: CLOSE-15
TEST(Failover, WithoutAnyPathTheConnectionEndsWithAnError) {
  ConnectionOptions connection;
  connection.close_timeout = Duration::Seconds(20);
  connection.tcp.user_timeout = Duration::Seconds(10);
  World world({.paths = {Symmetric(20, 20), Symmetric(20, 20)}, .connection = connection});
  Pair& pair = world.Upload(kEndless);
  world.sim.Run(Duration::Seconds(2));
  for (auto* path : world.paths) path->SetUp(false);
  const auto has_failed = [&] { return pair.client->result().failure.has_value(); };
  EXPECT_FALSE(world.sim.RunUntil(has_failed, Duration::Seconds(9))) << "it waits for a path";
  EXPECT_TRUE(world.sim.RunUntil(has_failed, Duration::Seconds(291)));
  EXPECT_EQ(pair.client->result().failure, Error::kTimedOut);
}

TEST(Failover, AnAddressThatGoesTakesItsSubflowAlong) {
  World world({.paths = {Symmetric(20, 20), Symmetric(20, 20)}, .join_automatically = false});
  Pair& pair = world.Upload(kEndless);
  PathEndpoint endpoint;
  endpoint.address = World::ClientAddress(1);
  endpoint.subflow = true;
  const auto id = world.client.endpoint().AddPathEndpoint(endpoint, world.sim.now());
  ASSERT_TRUE(id.has_value());
  world.sim.Run(Duration::Seconds(2));
  EXPECT_EQ(world.server.endpoint().Info(pair.server->connection())->subflow_count, 2);
  ASSERT_TRUE(world.client.endpoint().RemovePathEndpoint(*id, world.sim.now()).has_value());
  world.client.Kick();
  world.sim.Run(Duration::Seconds(3));
  EXPECT_EQ(world.server.endpoint().Info(pair.server->connection())->subflow_count, 1);
  EXPECT_LE(pair.server->result().longest_gap.millis(), 100);
}

}  // namespace
}  // namespace mptcpp::scenario
