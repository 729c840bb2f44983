// SPDX-License-Identifier: Apache-2.0
// Boxes that cut, join, repeat, hold back, swallow and acknowledge segments.
#include "middlebox/world.h"
#include "sim/middlebox_cache.h"

namespace mptcpp::boxes {
namespace {

// RFC 8684 3.3.1: the mapping is independent of the segment that carries it; a copy of it says nothing new.
// Covers: MB-7, GEN-7
TEST(SplitEndToEnd, AtManyPlaces) {
  for (const char* options : {"copy", "mptcp-first"}) {
    for (const bool checksum : {false, true}) {
      for (const char* first : {"1", "2", "3", "7", "101", "700", "1399"}) {
        World world({.checksum = checksum, .bytes = 100'000, .bytes_back = 30'000});
        world.Box(0, "split", {{"first", first}, {"size", "1001"}, {"options", options}});
        EXPECT_TRUE(world.Run()) << options << " " << checksum << " " << first << "\n" << world;
        EXPECT_TRUE(world.IsIntact()) << options << " " << checksum << " " << first << "\n" << world;
        EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
      }
    }
  }
}

// Covers: MB-7, GEN-7
TEST(SplitEndToEnd, PiecesGetLostAndOvertakeEachOther) {
  for (const char* options : {"copy", "mptcp-first"}) {
    for (const std::size_t paths : {1u, 2u}) {
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        World world({.paths = paths, .checksum = seed % 2 == 0, .loss = 0.02, .reorder = 0.05, .seed = seed});
        for (std::size_t i = 0; i < paths; ++i) world.Box(i, "split", {{"size", "333"}, {"options", options}});
        EXPECT_TRUE(world.Run(Duration::Seconds(120))) << options << " " << paths << " " << seed << "\n" << world;
        EXPECT_TRUE(world.IsIntact()) << options << " " << paths << " " << seed << "\n" << world;
      }
    }
  }
}

// Covers: MB-7
TEST(CoalesceEndToEnd, EqualOptionsAsLroDoes) {
  for (const bool checksum : {false, true}) {
    World world({.paths = 2, .checksum = checksum});
    for (const std::size_t path : {0u, 1u}) world.Box(path, "coalesce", {{"size", "20000"}});
    EXPECT_TRUE(world.Run()) << world;
    EXPECT_TRUE(world.IsIntact()) << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  }
}

// Covers: MB-7
TEST(CoalesceEndToEnd, OneOptionOfSeveralSurvives) {
  for (const char* options : {"first", "last"}) {
    for (const std::size_t paths : {1u, 2u}) {
      World world({.paths = paths});
      world.Box(0, "coalesce", {{"options", options}, {"size", "4000"}});
      EXPECT_TRUE(world.Run(Duration::Seconds(300))) << options << " " << paths << "\n" << world;
      EXPECT_TRUE(paths == 1 ? world.IsIntactOrFailed() : world.IsIntact()) << options << " " << paths << "\n" << world;
    }
  }
}

// Acknowledged early, a sender fills any queue; what that drops is lost for good. So these links have room for everything.
constexpr Bytes kRoom = Bytes::MiB(16);

// Covers: MB-9
TEST(ProxyEndToEnd, AcknowledgmentsFromTheStartMeanTcp) {
  World world({.buffer = kRoom});
  world.Box(0, "ack-proxy");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_NE(ToString(world.client_result().mode), ToString(Mode::kMultipath)) << world;
}

// Covers: MB-9
TEST(ProxyEndToEnd, AcknowledgmentsOnAProvenPathAreHarmless) {
  World world({.paths = 2, .buffer = kRoom});
  world.Box(0, "ack-proxy", {{"after_bytes", "20000"}});
  EXPECT_TRUE(world.Run(Duration::Seconds(120))) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
}

// RFC 8684 3.3.5: what the Data ACK does not cover stays in the send buffer, and goes over another subflow.
// Covers: MB-9, RTX-4, ACK-8
TEST(ProxyEndToEnd, WhatIsLostBehindTheAcknowledgmentComesAnotherWay) {
  for (const ParameterMap& loss : {ParameterMap{{"lose_at", "50000"}}, ParameterMap{{"lose", "5 %"}}}) {
    ParameterMap parameters = loss;
    parameters["after_bytes"] = "20000";
    World world({.paths = 2, .bytes = 1'000'000, .buffer = kRoom});
    world.Box(0, "ack-proxy", parameters);
    EXPECT_TRUE(world.Run(Duration::Seconds(300))) << world;
    EXPECT_TRUE(world.IsIntact()) << world;
  }
}

TEST(ProxyEndToEnd, WhatIsLostOnTheOnlyPathIsAnErrorOrComesAgain) {
  World world({.buffer = kRoom});
  world.Box(0, "ack-proxy", {{"after_bytes", "20000"}, {"lose_at", "50000"}});
  EXPECT_TRUE(world.Run(Duration::Seconds(600))) << world;
  EXPECT_TRUE(world.IsIntactOrFailed()) << world;
}

// Covers: MB-10, RTX-1
TEST(HoleEndToEnd, HolesAreFilledOnTheSubflowThatHasThem) {
  for (const char* acks : {"drop", "correct"}) {
    for (const std::size_t paths : {1u, 2u}) {
      World world({.paths = paths, .bytes = 1'000'000});
      for (std::size_t i = 0; i < paths; ++i) {
        world.Box(i, "police", {{"rate", "8 Mbit/s"}, {"direction", "there"}});  // in front of the blocker: it makes the holes
        world.Box(i, "block-holes", {{"acks", acks}});
      }
      EXPECT_TRUE(world.Run(Duration::Seconds(120))) << acks << " " << paths << "\n" << world;
      EXPECT_TRUE(world.IsIntact()) << acks << " " << paths << "\n" << world;
      EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
      EXPECT_GT(world.paths[0]->middleboxes().boxes()[0]->counters().dropped, 0u);
    }
  }
}

// Covers: GEN-7
TEST(DuplicateEndToEnd, EveryPacketTwice) {
  for (const char* gap : {"0s", "3ms", "40ms"}) {
    World world({.paths = 2, .loss = 0.01});
    for (const std::size_t path : {0u, 1u}) world.Box(path, "duplicate", {{"gap", gap}});
    EXPECT_TRUE(world.Run()) << gap << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << gap << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    EXPECT_EQ(world.accepted, 1);
    EXPECT_EQ(world.server_result().info.subflows_total, 2u) << world;
  }
}

TEST(SizeBlackHoleEndToEnd, OnePathSwallowsFullSegments) {
  for (const std::size_t path : {0u, 1u}) {
    World world({.paths = 2});
    world.Box(path, "drop-large", {{"bytes", "1300"}});
    EXPECT_TRUE(world.Run(Duration::Seconds(300))) << path << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << path << "\n" << world;
  }
}

TEST(SizeBlackHoleEndToEnd, TheOnlyPathSwallowsFullSegments) {
  World world({.tcp = {.user_timeout = Duration::Seconds(30)}});
  world.Box(0, "drop-large", {{"bytes", "1300"}});
  EXPECT_TRUE(world.Run(Duration::Seconds(600))) << world;
  EXPECT_TRUE(world.IsIntactOrFailed()) << world;
}

// RFC 8684 3.3.6: a retransmission on a subflow has the bytes that it had the first time.
// Covers: MB-10, DSS-5
TEST(CacheEndToEnd, RetransmissionsAreByteForByteTheSame) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    World world({.paths = 2, .bytes = 1'000'000, .bytes_back = 1'000'000, .loss = 0.03, .seed = seed});
    sim::CachingNormaliser* boxes[2];
    for (const std::size_t path : {0u, 1u}) {
      boxes[path] = &world.paths[path]->middleboxes().Add(std::make_unique<sim::CachingNormaliser>(10));
    }
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << world;
    EXPECT_TRUE(world.IsIntact()) << world;
    EXPECT_EQ(boxes[0]->inconsistent_bytes() + boxes[1]->inconsistent_bytes(), 0u);
  }
}

TEST(PolicerEndToEnd, APolicedPathDoesNotHoldBackTheOther) {
  World world({.paths = 2, .bytes = 3'000'000, .bytes_back = 0});
  world.Box(1, "police", {{"rate", "1 Mbit/s"}, {"burst", "10000"}, {"direction", "there"}});
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  // Path 0 alone: 2.5 s and a little.
  EXPECT_LT((world.server_result().last_byte_at - world.server_result().first_byte_at).seconds(), 3.0) << world;
}

}  // namespace
}  // namespace mptcpp::boxes
