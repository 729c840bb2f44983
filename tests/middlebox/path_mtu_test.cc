// SPDX-License-Identifier: Apache-2.0
// Paths that swallow what is too long and tell nobody: packetization layer path MTU discovery per subflow (RFC 8899, RFC 4821).
#include "middlebox/world.h"

namespace mptcpp::boxes {
namespace {

SubflowInfo ClientSubflow(const World& world, std::size_t path) {
  SubflowInfo subflows[8];
  const auto n = world.client.endpoint().Subflows(world.client_end->connection(), subflows);
  for (std::size_t i = 0; n && i < *n; ++i) {
    if (subflows[i].tuple.local.address == World::ClientAddress(path)) return subflows[i];
  }
  ADD_FAILURE() << "no subflow on path " << path;
  return {};
}

// Until the search on this path is over, one way or another; the transfer goes on all the while.
// `met`: the path has shown first that it swallows full segments.
SubflowInfo RunUntilFound(World& world, std::size_t path, bool met = false) {
  world.Start();
  world.sim.RunUntil([&] { return world.server_end != nullptr && world.server_end->result().bytes_received > 1'000'000; },
                     Duration::Seconds(60));
  world.sim.RunUntil([&] { return !met || world.client.endpoint().counters()[Counter::kMtuBlackHoles] > 0; },
                     Duration::Seconds(120));
  world.sim.RunUntil([&] { return !ClientSubflow(world, path).mtu_searching; }, Duration::Seconds(120));
  EXPECT_TRUE(world.HasNoWrongByte()) << world;
  return ClientSubflow(world, path);
}

TEST(PathMtuEndToEnd, TheSearchFindsWhatThePathTakes) {
  for (const char* takes : {"1300", "1420", "1500"}) {
    World world({.bytes = 200'000'000, .tcp = {.mtu_probing = MtuProbing::kAlways}});
    world.Box(0, "drop-large", {{"bytes", takes}});
    const SubflowInfo info = RunUntilFound(world, 0);
    const auto most = static_cast<std::uint32_t>(std::stoi(takes));
    EXPECT_LE(info.path_mtu, most) << takes;
    EXPECT_GT(info.path_mtu + 8, most) << takes;
    EXPECT_EQ(info.mtu_probes_lost > 0, most < 1500) << takes;
    EXPECT_EQ(world.client.endpoint().counters()[Counter::kMtuBlackHoles], 0u) << takes;
  }
}

// The default: full size at the start, as the device says; the black hole is met, escaped and measured.
TEST(PathMtuEndToEnd, TheOnlyPathIsABlackHole) {
  World world({.bytes = 200'000'000});
  world.Box(0, "drop-large", {{"bytes", "1400"}});
  const SubflowInfo info = RunUntilFound(world, 0, true);
  EXPECT_LE(info.path_mtu, 1400u);
  EXPECT_GT(info.path_mtu, 1392u);
  EXPECT_EQ(world.client.endpoint().counters()[Counter::kMtuBlackHoles], 1u);
}

// One of two paths: the stream goes on over the other one meanwhile, and in the end both carry.
TEST(PathMtuEndToEnd, AnotherPathCarriesOnMeanwhile) {
  for (const std::size_t narrow : {0u, 1u}) {
    World world({.paths = 2, .bytes = 400'000'000});
    world.Box(narrow, "drop-large", {{"bytes", "1400"}});
    const SubflowInfo info = RunUntilFound(world, narrow, true);
    EXPECT_LE(info.path_mtu, 1400u) << narrow;
    EXPECT_GT(info.path_mtu, 1392u) << narrow;
    EXPECT_GT(info.bytes_acked, 1'000'000u) << narrow << ": the narrow path carries its share again";
    EXPECT_EQ(ClientSubflow(world, 1 - narrow).path_mtu, 1500u) << narrow;
    EXPECT_GT(world.server_result().bytes_received, info.bytes_acked) << narrow;
  }
}

// The raise timer asks again and again: the route may have changed.
TEST(PathMtuEndToEnd, TheLimitIsTriedAgainLater) {
  World world({.bytes = 200'000'000, .tcp = {.mtu_probing = MtuProbing::kAlways, .mtu_raise = Duration::Seconds(5)}});
  world.Box(0, "drop-large", {{"bytes", "1300"}});
  const SubflowInfo found = RunUntilFound(world, 0);
  const Instant then = world.sim.now() + Duration::Seconds(12);
  world.sim.RunUntil([&] { return world.sim.now() >= then; }, Duration::Seconds(600));
  const SubflowInfo later = ClientSubflow(world, 0);
  EXPECT_GE(later.mtu_probes_lost, found.mtu_probes_lost + 3);
  EXPECT_LE(later.path_mtu, 1300u);
}

TEST(PathMtuEndToEnd, OffMeansOff) {
  World world({.tcp = {.mtu_probing = MtuProbing::kOff}});
  world.Box(0, "drop-large", {{"bytes", "1400"}});
  world.Run(Duration::Seconds(60));
  EXPECT_EQ(world.server_result().bytes_received, 0u) << world;
  EXPECT_EQ(world.Count(Counter::kMtuBlackHoles), 0u);
}

}  // namespace
}  // namespace mptcpp::boxes
