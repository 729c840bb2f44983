// SPDX-License-Identifier: Apache-2.0
// Boxes that take MPTCP options away (RFC 8684 3.7, 6).
#include "middlebox/world.h"

namespace mptcpp::boxes {
namespace {

// Covers: MB-3, FB-1
TEST(StripEndToEnd, SynWithoutOption) {
  World world({});
  Watcher& at_client = world.Watch(0);
  world.Box(0, "strip-syn");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
  EXPECT_MODE(world.server_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
  EXPECT_EQ(at_client.options_seen(), 0u);
}

// Covers: MB-3, FB-1
TEST(StripEndToEnd, SynAckWithoutOption) {
  World world({});
  Watcher& at_client = world.Watch(0);
  world.Box(0, "strip-synack");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
  EXPECT_EQ(ToString(world.server_result().mode), ToString(Mode::kPlainTcp));
  EXPECT_EQ(at_client.options_seen(), 0u);
}

// RFC 8684 3.1: the first data repeats both keys, so the third ACK is not missed.
// Covers: CAP-40
TEST(StripEndToEnd, ThirdAckWithoutOptionIsRepairedByTheFirstData) {
  World world({});
  world.Box(0, "strip-third-ack");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  EXPECT_MODE(world.server_result(), Mode::kMultipath, FallbackReason::kNone);
}

// Covers: CAP-36
TEST(StripEndToEnd, ThirdAckAndDataWithoutOption) {
  World world({});
  world.Box(0, "strip-third-ack", {{"data", "true"}});
  Watcher& at_server = world.Watch(0);
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_NE(ToString(world.client_result().mode), ToString(Mode::kMultipath)) << world;
  EXPECT_EQ(ToString(world.server_result().mode), ToString(Mode::kPlainTcp)) << world;
  EXPECT_EQ(at_server.options_seen(), 0u);
}

// Covers: MB-4, FB-2
TEST(StripEndToEnd, JoinsFailQuietly) {
  const ParameterMap variants[] = {
      {},
      {{"synack", "false"}, {"third_ack", "false"}, {"data", "false"}},
      {{"syn", "false"}, {"third_ack", "false"}, {"data", "false"}},
      {{"syn", "false"}, {"synack", "false"}, {"data", "false"}},
  };
  for (const ParameterMap& parameters : variants) {
    World world({.paths = 2});
    world.Box(1, "strip-joins", parameters);
    EXPECT_TRUE(world.Run()) << world;
    EXPECT_TRUE(world.IsIntact()) << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    EXPECT_EQ(world.client_result().info.subflows_total, 1u) << world;
    EXPECT_EQ(world.accepted, 1) << "a join is no new connection\n" << world;
  }
}

// Covers: MB-5
TEST(StripEndToEnd, DataFromTheStart) {
  for (const char* direction : {"both", "there", "back"}) {
    for (const char* action : {"remove", "nop", "eol"}) {
      for (const bool checksum : {false, true}) {
        World world({.checksum = checksum});
        world.Box(0, "strip-data", {{"direction", direction}, {"action", action}});
        EXPECT_TRUE(world.Run()) << direction << " " << action << "\n" << world;
        EXPECT_TRUE(world.IsIntact()) << direction << " " << action << "\n" << world;
        EXPECT_NE(ToString(world.client_result().mode), ToString(Mode::kMultipath)) << direction << " " << action << "\n"
                                                                                    << world;
        EXPECT_NE(ToString(world.server_result().mode), ToString(Mode::kMultipath)) << direction << " " << action << "\n"
                                                                                    << world;
      }
    }
  }
}

// The server speaks first, so the client's first data need not repeat the keys.
// Covers: MB-5
TEST(StripEndToEnd, DataFromTheStartWhenTheServerSpeaksFirst) {
  for (const char* direction : {"both", "there", "back"}) {
    World world({.bytes = 0, .bytes_back = 200'000});
    world.Box(0, "strip-data", {{"direction", direction}});
    EXPECT_TRUE(world.Run()) << direction << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << direction << "\n" << world;
  }
}

// RFC 8684 3.7: on a proven path unmapped data resets the subflow (reason 6); another subflow carries on.
// Covers: MB-5, FB-7
TEST(StripEndToEnd, MidwayWithASecondPath) {
  for (const char* direction : {"both", "there", "back"}) {
    World world({.paths = 2, .bytes = 1'000'000, .bytes_back = 1'000'000});
    world.Box(0, "strip-midway", {{"direction", direction}});
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << direction << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << direction << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  }
}

// Covers: MB-5
TEST(StripEndToEnd, MidwayOnTheOnlyPath) {
  for (const char* direction : {"both", "there", "back"}) {
    World world({.bytes = 1'000'000, .bytes_back = 1'000'000});
    world.Box(0, "strip-midway", {{"direction", direction}});
    EXPECT_TRUE(world.Run(Duration::Seconds(300))) << direction << "\n" << world;
    EXPECT_TRUE(world.IsIntactOrFailed()) << direction << "\n" << world;
  }
}

// Covers: MB-6
TEST(StripEndToEnd, ARandomFraction) {
  for (const char* probability : {"1 %", "10 %", "50 %"}) {
    for (const std::size_t paths : {1u, 2u}) {
      World world({.paths = paths});
      world.Box(0, "strip-some", {{"probability", probability}});
      EXPECT_TRUE(world.Run(Duration::Seconds(300))) << probability << ", paths " << paths << "\n" << world;
      EXPECT_TRUE(paths == 1 ? world.IsIntactOrFailed() : world.IsIntact()) << probability << ", paths " << paths << "\n"
                                                                            << world;
    }
  }
}

}  // namespace
}  // namespace mptcpp::boxes
