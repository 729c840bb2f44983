// SPDX-License-Identifier: Apache-2.0
// Version 0 (RFC 6824) over simulated networks, and endpoints that have to find out which version the other one speaks.
#include "middlebox/world.h"

namespace mptcpp::boxes {
namespace {

void ExpectVersion(const World& world, std::optional<MptcpVersion> version) {
  EXPECT_EQ(world.client_result().info.version, version) << world;
  EXPECT_EQ(world.server_result().info.version, version) << world;
}

// Covers: V0-1, V0-2
TEST(Version0EndToEnd, TwoPathsWithLoss) {
  for (const bool checksum : {false, true}) {
    World world({.paths = 2, .checksum = checksum, .bytes = 2'000'000, .bytes_back = 500'000, .loss = 0.01});
    world.connection.version = VersionPolicy::kVersion0;
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << world;
    EXPECT_TRUE(world.IsIntact()) << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    ExpectVersion(world, MptcpVersion::k0);
    EXPECT_EQ(world.client_result().info.subflows_total, 2) << world;
    EXPECT_EQ(world.client_result().info.checksum, checksum);
  }
}

TEST(Version0EndToEnd, OptionsThatVanishLeadToTcp) {
  for (const char* box : {"strip-syn", "strip-synack", "strip-third-ack", "strip-data"}) {
    World world({});
    world.connection.version = VersionPolicy::kVersion0;
    world.Box(0, box);
    EXPECT_TRUE(world.Run()) << box << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << box << "\n" << world;
    EXPECT_NE(world.client_result().mode, Mode::kMultipath) << box;
    EXPECT_NE(world.client_result().fallback, FallbackReason::kNone) << box;
    EXPECT_NE(world.server_result().fallback, FallbackReason::kNone) << box;
  }
}

TEST(Version0EndToEnd, AJoinWithoutOptionsDoesNoHarm) {
  World world({.paths = 2});
  world.connection.version = VersionPolicy::kVersion0;
  world.Box(1, "strip-joins");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  ExpectVersion(world, MptcpVersion::k0);
}

struct Meeting {
  VersionPolicy client, server;
  std::optional<MptcpVersion> spoken;
};

class VersionsEndToEnd : public ::testing::TestWithParam<Meeting> {};
using enum VersionPolicy;
INSTANTIATE_TEST_SUITE_P(All, VersionsEndToEnd,
                         ::testing::Values(Meeting{kAuto, kVersion0, MptcpVersion::k0}, Meeting{kVersion1, kVersion0, {}},
                                           Meeting{kVersion0, kAuto, MptcpVersion::k0}, Meeting{kAuto, kAuto, MptcpVersion::k1}));

// Covers: CAP-11, CAP-12
TEST_P(VersionsEndToEnd, TheStreamIsIntact) {
  World world({.paths = 2, .bytes = 1'000'000, .loss = 0.005});
  world.connection.version = GetParam().server;
  world.client_version = GetParam().client;
  EXPECT_TRUE(world.Run(Duration::Seconds(120))) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_EQ(world.accepted, 1) << "the attempt in the wrong version is nothing to accept";
  ExpectVersion(world, GetParam().spoken);
}

// M9b with the second try: the box refuses the option, the connection works without.
TEST(RefuseEndToEnd, AResetIsFollowedByOneSynWithoutTheOptionIfThatIsWanted) {
  World world({});
  world.connection.tcp_after_refusal = true;
  world.Box(0, "reset-mptcp-syn");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kSynRefused);
  EXPECT_LT((world.client_result().established_at - world.client_result().opened).seconds(), 1) << world;
}

// Covers: MB-12, HEU-6
TEST(RefuseEndToEnd, TheNextConnectionOverABlackHoleOpensInOneRoundTrip) {
  World world({});
  world.Box(0, "drop-mptcp-syn");
  EXPECT_TRUE(world.Run()) << world;
  Transfer& next = world.client.Add(
      std::make_unique<Transfer>(world.client, TransferPlan{.bytes = 1000, .send_pattern = 1, .receive_pattern = 2}));
  next.Connect({World::ClientAddress(0), 0}, World::ServerSocket(), world.connection, world.sim.now());
  world.client.Kick();
  EXPECT_TRUE(world.sim.RunUntil([&] { return next.IsDone(); }, Duration::Seconds(30))) << world;
  EXPECT_MODE(next.result(), Mode::kPlainTcp, FallbackReason::kBlackHole);
  EXPECT_LT((next.result().established_at - next.result().opened).seconds(), 0.1);
  EXPECT_EQ(world.Count(Counter::kBlackhole), 1u);
}

}  // namespace
}  // namespace mptcpp::boxes
