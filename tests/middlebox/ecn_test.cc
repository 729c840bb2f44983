// SPDX-License-Identifier: Apache-2.0
// ECN (RFC 3168) end to end: marks instead of losses, per subflow, and boxes that bleach the field or drop what is marked.
#include "middlebox/world.h"

namespace mptcpp::boxes {
namespace {

constexpr std::uint64_t kMega = 1'000'000;

const SubflowInfo* Find(const std::vector<SubflowInfo>& subflows, std::size_t path) {
  for (const SubflowInfo& s : subflows) {
    if (s.tuple.local.address == World::ClientAddress(path)) return &s;
  }
  return nullptr;
}

std::vector<SubflowInfo> ClientSubflows(const World& world) {
  std::vector<SubflowInfo> subflows(8);
  const auto n = world.client.endpoint().Subflows(world.client_end->connection(), subflows);
  subflows.resize(n ? *n : 0);
  return subflows;
}

TEST(EcnEndToEnd, MarksReduceTheWindowAndLoseNothing) {
  World world({.bytes = 2 * kMega, .buffer = Bytes::MiB(4), .tcp = {.ecn = true}});
  world.Box(0, "mark-ecn", {{"every", "50"}});
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_GT(world.Count(Counter::kEcnMarksRx), 10u);
  EXPECT_GT(world.Count(Counter::kEcnReductions), 5u);
  EXPECT_LE(world.Count(Counter::kEcnReductions), world.Count(Counter::kEcnMarksRx));
  EXPECT_EQ(world.Count(Counter::kSegmentsRetransmitted), 0u);
}

// Each subflow negotiates for itself and reacts to its own marks only.
TEST(EcnEndToEnd, SubflowsAreIndependent) {
  World world({.paths = 2, .bytes = 4 * kMega, .buffer = Bytes::MiB(4), .tcp = {.ecn = true}});
  world.Box(0, "mark-ecn", {{"every", "20"}, {"direction", "there"}});
  world.Box(1, "clear-ecn-syn");
  world.Start();
  ASSERT_TRUE(world.sim.RunUntil(
      [&] { return world.server_end != nullptr && world.server_end->result().bytes_received >= 3 * kMega; },
      Duration::Seconds(60)))
      << world;
  const auto subflows = ClientSubflows(world);
  const SubflowInfo* marked = Find(subflows, 0);
  const SubflowInfo* plain = Find(subflows, 1);
  ASSERT_TRUE(marked != nullptr && plain != nullptr);
  EXPECT_TRUE(marked->ecn);
  EXPECT_FALSE(plain->ecn);
  EXPECT_LT(marked->cwnd * 2, plain->cwnd) << "only the one that was told";
}

// The handshake passes, and then whatever is marked ECN-capable is dropped: given up after two timeouts, per subflow.
TEST(EcnEndToEnd, ABlackHoleForMarkedPackets) {
  for (const std::size_t paths : {1u, 2u}) {
    World world({.paths = paths, .bytes = kMega, .tcp = {.ecn = true}});
    world.Box(0, "drop-ecn-capable");
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << paths << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << paths << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    EXPECT_GE(world.Count(Counter::kEcnFallback), 1u) << paths;
    EXPECT_LE(world.Count(Counter::kEcnFallback), 2u) << "once for each end of the one subflow, " << paths;
  }
}

TEST(EcnEndToEnd, BleachedMarksAreLostAndNothingElse) {
  World world({.bytes = kMega, .tcp = {.ecn = true}});
  world.Box(0, "mark-ecn", {{"every", "10"}});
  world.Box(0, "bleach-ecn");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
}

}  // namespace
}  // namespace mptcpp::boxes
