// SPDX-License-Identifier: Apache-2.0
// Boxes that rewrite headers: NAT, sequence numbers, windows, timestamps, MSS, ECN, flags, mirrored options.
#include "middlebox/world.h"
#include "sim/middlebox_nat.h"

namespace mptcpp::boxes {
namespace {

sim::Nat& AddNat(World& world, std::size_t path, Duration timeout = Duration::Seconds(600)) {
  return world.paths[path]->middleboxes().Add(
      std::make_unique<sim::Nat>(sim::NatOptions{.outside = World::PublicAddress(path), .timeout = timeout}));
}

// Covers: MB-1
TEST(NatEndToEnd, JoinsWorkFromBehindNats) {
  World world({.paths = 2});
  AddNat(world, 0);
  AddNat(world, 1);
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  EXPECT_EQ(world.server_result().info.subflows_total, 2u) << world;
}

// RFC 8684 3.4.2: an address id names the subflow, because the address itself means nothing on the other side.
// Covers: MB-1, JOIN-4
TEST(NatEndToEnd, RemovingAnAddressClosesTheRightSubflow) {
  World world({.paths = 2, .bytes = 5'000'000});
  AddNat(world, 0);
  AddNat(world, 1);
  world.Start();
  world.sim.Run(Duration::Millis(500));
  ASSERT_TRUE(world.client.endpoint().RemovePathEndpoint(AddressId(1), world.sim.now()));
  world.client.Kick();
  world.sim.Run(Duration::Millis(300));
  world.server_end->RefreshInfo();
  ASSERT_EQ(world.server_result().info.subflow_count, 1u) << world;
  for (const SubflowInfo& subflow : world.server_result().subflows) {
    EXPECT_EQ(subflow.tcp_state == "CLOSED", subflow.tuple.remote.address == World::PublicAddress(1)) << subflow.tcp_state;
  }
  EXPECT_TRUE(world.sim.RunUntilDone(Duration::Seconds(60))) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
}

TEST(NatEndToEnd, AJoinFromOutsideFailsQuietly) {
  World world({});
  AddNat(world, 0);
  const IpAddress second = IpAddress::V4(10, 0, 9, 2);
  world.sim.AddAddress(world.server, second);
  world.sim.AddPath("outside", {.from = {World::PublicAddress(0)}, .to = {second}, .there = {.delay = Duration::Millis(5)}});
  PathEndpoint endpoint;
  endpoint.address = second;
  endpoint.subflow = true;
  ASSERT_TRUE(world.server.endpoint().AddPathEndpoint(endpoint, world.sim.now()));
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
}

// Covers: MB-1
TEST(NatEndToEnd, RebindingKillsThatSubflowOnly) {
  for (const std::size_t paths : {2u, 1u}) {
    World world({.paths = paths, .bytes = 2'000'000, .bytes_back = 2'000'000});
    sim::Nat& nat = AddNat(world, 0);
    world.sim.At(Duration::Millis(400), [&] { nat.Restart(); });
    EXPECT_TRUE(world.Run(Duration::Seconds(300))) << world;
    EXPECT_TRUE(paths == 2 ? world.IsIntact() : world.IsIntactOrFailed()) << world;
  }
}

// Covers: MB-2, DSS-8
TEST(IsnRewriterEndToEnd, OffsetsAndForgottenSackBlocks) {
  for (const char* adjust : {"true", "false"}) {
    for (const std::size_t paths : {1u, 2u}) {
      World world({.paths = paths, .checksum = true, .loss = 0.02});
      for (std::size_t i = 0; i < paths; ++i) world.Box(i, "rewrite-isn", {{"adjust_sack", adjust}});
      EXPECT_TRUE(world.Run(Duration::Seconds(120))) << adjust << " " << paths << "\n" << world;
      EXPECT_TRUE(world.IsIntact()) << adjust << " " << paths << "\n" << world;
      EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    }
  }
}

TEST(EcnEndToEnd, BleachedClearedOrRefused) {
  for (const char* box : {"bleach-ecn", "clear-ecn-syn", "drop-ecn-syn"}) {
    World world({.paths = 2, .tcp = {.ecn = true}});
    world.Box(0, box);
    EXPECT_TRUE(world.Run()) << box << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << box << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  }
}

// Covers: MB-11
TEST(WindowEndToEnd, ASmallWindowOnOnePath) {
  for (const std::size_t path : {0u, 1u}) {
    World world({.paths = 2, .bytes = 1'000'000});
    world.Box(path, "clamp-window", {{"bytes", "4096"}});
    EXPECT_TRUE(world.Run()) << world;
    EXPECT_TRUE(world.IsIntact()) << world;
    // The other path alone needs 0.8 s.
    EXPECT_LT((world.server_result().last_byte_at - world.server_result().first_byte_at).seconds(), 1.6) << world;
  }
}

TEST(WindowEndToEnd, TheScaleIsLost) {
  const ParameterMap variants[] = {{}, {{"synack", "false"}}, {{"syn", "false"}}};
  for (const ParameterMap& parameters : variants) {
    World world({.bytes = 1'000'000, .bytes_back = 1'000'000});
    world.Box(0, "strip-window-scale", parameters);
    EXPECT_TRUE(world.Run(Duration::Seconds(300))) << world;
    EXPECT_TRUE(world.IsIntact()) << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  }
}

TEST(TimestampsEndToEnd, StrippedOrRewritten) {
  const std::pair<const char*, ParameterMap> variants[] = {
      {"strip-timestamps", {}},
      {"strip-timestamps", {{"syn", "false"}}},                       // the server thinks they were agreed on
      {"strip-timestamps", {{"syn", "false"}, {"synack", "false"}}},  // both do
      {"mangle-timestamps", {{"mode", "shift"}}},
      {"mangle-timestamps", {{"mode", "forget-echo"}}},
      {"mangle-timestamps", {{"mode", "freeze"}}},
  };
  for (const auto& [box, parameters] : variants) {
    World world({.loss = 0.01});
    world.Box(0, box, parameters);
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << box << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << box << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  }
}

// Nothing can be done on that path (PAWS drops what is older than it looks), but the other one carries on.
TEST(TimestampsEndToEnd, NoiseOnOnePath) {
  World world({.paths = 2});
  world.Box(1, "mangle-timestamps", {{"mode", "random"}});
  EXPECT_TRUE(world.Run(Duration::Seconds(120))) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
}

// RFC 8041 5.7: different MSS on two subflows must not end in a pattern of tiny segments.
TEST(MssEndToEnd, OnePathIsATunnel) {
  World world({.paths = 2, .bytes = 1'000'000, .bytes_back = 0});
  world.Box(1, "clamp-mss", {{"mss", "1420"}});
  Watcher& first = world.Watch(0);
  Watcher& second = world.Watch(1);
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_LT(first.data_segments() + second.data_segments(), 1'000'000 / 1360 * 12 / 10) << world;
}

// Covers: MB-13
TEST(MirrorEndToEnd, AMirroredHandshakeIsNoAgreement) {
  for (const char* where : {"everywhere", "synack"}) {
    World world({});
    world.Box(0, "mirror", {{"where", where}});
    EXPECT_TRUE(world.Run()) << where << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << where << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kUnusableCapable);
  }
}

// Covers: MB-13
TEST(MirrorEndToEnd, MirroredDataOptionsDoNoHarm) {
  for (const char* direction : {"back", "there", "both"}) {
    for (const std::size_t paths : {1u, 2u}) {
      World world({.paths = paths});
      world.Box(0, "mirror", {{"where", "data"}, {"direction", direction}});
      EXPECT_TRUE(world.Run(Duration::Seconds(300))) << direction << " " << paths << "\n" << world;
      EXPECT_TRUE(world.IsIntactOrFailed()) << direction << " " << paths << "\n" << world;
    }
  }
}

// Covers: CAP-26
TEST(FlagsEndToEnd, WithoutACryptographyBitThereIsNoMptcp) {
  World world({});
  world.Box(0, "normalise-flags", {{"clear", "0x01"}});
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_NE(ToString(world.client_result().mode), ToString(Mode::kMultipath)) << world;
}

// Covers: CAP-29
TEST(FlagsEndToEnd, TheChecksumBitGetsLost) {
  for (const char* direction : {"there", "back", "both"}) {
    World world({.checksum = true});
    world.Box(0, "normalise-flags", {{"clear", "0x80"}, {"direction", direction}});
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << direction << "\n" << world;
    EXPECT_TRUE(world.IsIntactOrFailed()) << direction << "\n" << world;
  }
}

TEST(FlagsEndToEnd, TheChecksumBitFlipsInEachPacket) {
  for (const bool checksum : {false, true}) {
    for (const char* direction : {"there", "back", "both"}) {
      World world({.checksum = checksum});
      world.Box(0, "normalise-flags", {{"clear", "0"}, {"flip", "0x80"}, {"direction", direction}});
      EXPECT_TRUE(world.Run(Duration::Seconds(120))) << checksum << " " << direction << "\n" << world;
      EXPECT_TRUE(world.IsIntactOrFailed()) << checksum << " " << direction << "\n" << world;
    }
  }
}

TEST(FlagsEndToEnd, ReservedBitsAreNobodysBusiness) {
  World world({.paths = 2});
  for (const std::size_t path : {0u, 1u}) world.Box(path, "normalise-flags", {{"clear", "0"}});
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
}

}  // namespace
}  // namespace mptcpp::boxes
