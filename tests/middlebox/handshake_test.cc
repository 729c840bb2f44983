// SPDX-License-Identifier: Apache-2.0
// Boxes that interfere with who talks to whom: refused and late SYNs, SYN proxies, load balancers, forged ends, portals.
#include "middlebox/world.h"

namespace mptcpp::boxes {
namespace {

// RFC 8684 3.9.3: after some unanswered SYNs one without the option.
// Covers: MB-12, CAP-38
TEST(RefuseEndToEnd, DroppedSynsAreFollowedByOneWithoutTheOption) {
  World world({});
  world.Box(0, "drop-mptcp-syn");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kSynTimeout);
  EXPECT_LT((world.client_result().established_at - world.client_result().opened).seconds(), 10) << world;
}

TEST(RefuseEndToEnd, AResetIsARefusal) {
  World world({});
  world.Box(0, "reset-mptcp-syn");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact() || world.client_result().failure == Error::kRefused) << world;
}

// Covers: JOIN-19
TEST(RefuseEndToEnd, RefusedJoinsDoNoHarm) {
  for (const char* box : {"drop-mptcp-syn", "reset-mptcp-syn"}) {
    World world({.paths = 2});
    world.Box(1, box);
    EXPECT_TRUE(world.Run()) << box << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << box << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
  }
}

TEST(DelayedSynEndToEnd, ThePlainSynOvertakes) {
  for (const char* delay : {"7500ms", "10s", "500ms"}) {
    World world({.bytes = 2'000'000});
    world.Box(0, "delay-syn", {{"delay", delay}});
    EXPECT_TRUE(world.Run()) << delay << "\n" << world;
    EXPECT_TRUE(world.IsIntactOrFailed()) << delay << "\n" << world;
    EXPECT_EQ(world.accepted, 1) << delay << "\n" << world;
  }
}

TEST(SynProxyEndToEnd, MeansTcp) {
  World world({});
  world.Box(0, "syn-proxy");
  EXPECT_TRUE(world.Run()) << world;
  EXPECT_TRUE(world.IsIntact()) << world;
  EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
  EXPECT_MODE(world.server_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
}

// A join to the virtual address meets the wrong server, unless flag C has told the client not to try (RFC 8684 3.1); one to the
// address that the right server announces succeeds.
class BalancerEndToEnd : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(DenyJoin, BalancerEndToEnd, ::testing::Bool());

// Covers: CAP-24
TEST_P(BalancerEndToEnd, JoinsNeedAnAddressOfTheServerItself) {
  World world({.paths = 2});
  world.connection.deny_join_initial_address = GetParam();
  const IpAddress virtual_address = IpAddress::V4(10, 0, 8, 1), first = IpAddress::V4(10, 0, 7, 1),
                  second = IpAddress::V4(10, 0, 7, 2), direct = IpAddress::V4(10, 0, 6, 1);
  sim::Host& other = world.sim.AddHost("other");
  world.sim.AddAddress(world.server, first);
  world.sim.AddAddress(world.server, direct);
  world.sim.AddAddress(other, second);
  // One balancer in front of both servers: a path that both addresses of the client use.
  sim::Path& front = world.sim.AddPath("front", {.from = {World::ClientAddress(0), World::ClientAddress(1)},
                                                 .to = {virtual_address, first, second, direct},
                                                 .there = {.rate = Rate::MegabitsPerSecond(10), .delay = Duration::Millis(10)}});
  front.middleboxes().Add(*sim::MakeMiddlebox("balance", {{"virtual", virtual_address.ToString()},
                                                          {"servers", first.ToString() + " " + second.ToString()},
                                                          {"policy", "round-robin"}}));
  PathEndpoint announced;
  announced.address = direct;
  announced.signal = true;
  ASSERT_TRUE(world.server.endpoint().AddPathEndpoint(announced, world.sim.now()));
  ASSERT_TRUE(other.endpoint().Listen({IpAddress::AnyV4(), 80}, world.connection, 10));
  Transfer* server_end = nullptr;
  world.server.Add(std::make_unique<sim::Acceptor>(
      world.server, SocketAddress{IpAddress::AnyV4(), 80}, world.connection, [&](sim::Host& host, ConnectionId id, Instant now) {
        server_end = &host.Add(std::make_unique<Transfer>(host, TransferPlan{.send_pattern = 2, .receive_pattern = 1}));
        server_end->Adopt(id, now);
      }));
  Transfer& client_end = world.client.Add(
      std::make_unique<Transfer>(world.client, TransferPlan{.bytes = 1'000'000, .send_pattern = 1, .receive_pattern = 2}));
  client_end.Connect({World::ClientAddress(0), 0}, {virtual_address, 80}, world.connection, world.sim.now());
  world.client.Kick();
  EXPECT_TRUE(world.sim.RunUntilDone(Duration::Seconds(60)));
  ASSERT_NE(server_end, nullptr);
  EXPECT_TRUE(client_end.result().closed && server_end->result().closed);
  EXPECT_FALSE(server_end->result().first_difference);
  EXPECT_EQ(server_end->result().bytes_received, 1'000'000u);
  EXPECT_EQ(other.endpoint().counters()[Counter::kMPJoinNoTokenFound] > 0, !GetParam()) << "joins to the virtual address";
  EXPECT_GE(server_end->result().info.subflows_total, 2u) << "the join to the announced address";
}

// RFC 5961 3.2: only the exact number resets; what is inside the window is challenged, what is outside ignored.
// Covers: RST-5
TEST(ForgedEndToEnd, ResetsOnOneOfTwoPaths) {
  for (const char* seq : {"exact", "in-window", "out-of-window"}) {
    for (const char* direction : {"there", "back", "both"}) {
      World world({.paths = 2, .bytes = 1'000'000, .bytes_back = 1'000'000});
      world.Box(0, "inject-rst", {{"seq", seq}, {"direction", direction}, {"after_bytes", "200000"}, {"flows", "1"}});
      EXPECT_TRUE(world.Run(Duration::Seconds(120))) << seq << " " << direction << "\n" << world;
      EXPECT_TRUE(world.IsIntact()) << seq << " " << direction << "\n" << world;
      EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    }
  }
}

// Covers: SEC-8
TEST(ForgedEndToEnd, ResetsOnTheOnlyPath) {
  for (const char* seq : {"exact", "in-window", "out-of-window"}) {
    World world({.bytes = 1'000'000, .bytes_back = 1'000'000});
    world.Box(0, "inject-rst", {{"seq", seq}, {"after_bytes", "200000"}, {"flows", "1"}});
    EXPECT_TRUE(world.Run(Duration::Seconds(120))) << seq << "\n" << world;
    EXPECT_TRUE(std::string(seq) == "exact" ? world.IsIntactOrFailed() : world.IsIntact()) << seq << "\n" << world;
  }
}

// RFC 8684 3.3.3: a FIN without DATA_FIN closes a subflow, not the connection.
// Covers: CLOSE-12
TEST(ForgedEndToEnd, FinsOnOneOfTwoPaths) {
  for (const char* seq : {"exact", "in-window", "out-of-window"}) {
    for (const char* direction : {"there", "back", "both"}) {
      World world({.paths = 2, .bytes = 1'000'000, .bytes_back = 1'000'000});
      world.Box(0, "inject-fin", {{"seq", seq}, {"direction", direction}, {"after_bytes", "200000"}, {"flows", "1"}});
      EXPECT_TRUE(world.Run(Duration::Seconds(200))) << seq << " " << direction << "\n" << world;
      EXPECT_TRUE(world.IsIntact()) << seq << " " << direction << "\n" << world;
    }
  }
}

TEST(ForgedEndToEnd, FinsOnTheOnlyPath) {
  World world({.bytes = 1'000'000, .bytes_back = 1'000'000});
  world.Box(0, "inject-fin", {{"after_bytes", "200000"}, {"flows", "1"}});
  EXPECT_TRUE(world.Run(Duration::Seconds(300))) << world;
  EXPECT_TRUE(world.IsIntactOrFailed()) << world;
}

// Covers: SEC-1, JOIN-14, JOIN-16
TEST(PortalEndToEnd, AJoinThroughAPortalIsRefused) {
  for (const char* fake : {"false", "true"}) {
    World world({.paths = 2});
    world.Box(1, "portal", {{"fake_join", fake}});
    EXPECT_TRUE(world.Run()) << fake << "\n" << world;
    EXPECT_TRUE(world.IsIntact()) << fake << "\n" << world;
    EXPECT_MODE(world.client_result(), Mode::kMultipath, FallbackReason::kNone);
    EXPECT_EQ(world.client_result().info.subflows_total, 1u) << world;
    if (std::string(fake) == "true") {
      EXPECT_GE(world.Count(Counter::kMPJoinSynAckHMacFailure), 1u);
    }
  }
}

TEST(PortalEndToEnd, AFirstSubflowThroughAPortalIsTcpToThePortal) {
  World world({.bytes = 100});
  world.Box(0, "portal", {{"page", "please log in"}});
  world.Start();
  world.sim.RunUntil([&] { return world.client_end->IsDone(); }, Duration::Seconds(30));
  world.client_end->RefreshInfo();
  EXPECT_EQ(world.client_result().bytes_received, 13u) << world;
  EXPECT_MODE(world.client_result(), Mode::kPlainTcp, FallbackReason::kPeerNotCapable);
  EXPECT_EQ(world.accepted, 0);
}

}  // namespace
}  // namespace mptcpp::boxes
