// SPDX-License-Identifier: Apache-2.0
// What schedulers promise, on whole connections: ratios, costs and caps, the change on a live connection, and round trips of small
// requests while a path dies.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "scenario/world.h"
#include "sim/request_response.h"

namespace mptcpp::scenario {
namespace {

ConnectionOptions With(const char* scheduler) {
  ConnectionOptions options;
  options.scheduler = scheduler;
  return options;
}

class Preferences : public testing::Test {
 protected:
  void Start(PathPreference first, PathPreference second) {
    world_ = std::make_unique<World>(
        WorldOptions{.paths = {Symmetric(20, 20), Symmetric(20, 60)}, .connection = With("weighted"), .join_automatically = false});
    for (std::size_t path : {0, 1}) {
      const PathEndpoint endpoint{.address = World::ClientAddress(path), .subflow = path == 1, .preference = path == 0 ? first : second};
      EXPECT_TRUE(world_->client.endpoint().AddPathEndpoint(endpoint, world_->sim.now()).has_value());
    }
    pair_ = &world_->Upload(TransferPlan::kEndless);
  }
  double Carried(std::size_t path) const { return static_cast<double>(world_->paths[path]->there().counters().bytes_out); }

  std::unique_ptr<World> world_;
  Pair* pair_ = nullptr;
};

TEST_F(Preferences, WeightsAreTheRatioOfTheBytes) {
  Start({.weight = 3}, {.weight = 1});
  world_->sim.Run(Duration::Seconds(2));
  const double first = Carried(0), second = Carried(1);
  world_->sim.Run(Duration::Seconds(8));
  EXPECT_NEAR((Carried(0) - first) / (Carried(1) - second), 3.0, 0.3);
  EXPECT_GT(Carried(0) - first, 0.9 * 20e6 / 8 * 8) << "the heavier path is full all the time";
}

TEST_F(Preferences, ADearPathWaitsUntilTheCheapOneFails) {
  Start({.cost = 0}, {.cost = 7});
  world_->sim.Run(Duration::Seconds(3));
  EXPECT_LT(Carried(1), 20'000);
  world_->paths[0]->SetUp(false);
  world_->sim.Run(Duration::Seconds(2));
  EXPECT_GT(Carried(1), 20e6 / 8);
}

TEST_F(Preferences, ACappedPathIsLeftAlone) {
  Start({}, {.data_cap = Bytes(1'000'000)});
  world_->sim.Run(Duration::Seconds(10));
  EXPECT_GT(Carried(1), 1'000'000);
  EXPECT_LT(Carried(1), 1'300'000) << "headers, and the turn that was under way";
}

TEST(LiveScheduler, ChangesFromTheNextSegmentOn) {
  World world({.paths = {Symmetric(20, 20), Symmetric(20, 20)}, .connection = With("handover")});
  Pair& pair = world.Upload(TransferPlan::kEndless);
  world.sim.Run(Duration::Seconds(3));
  EXPECT_LT(world.paths[1]->there().counters().bytes_out, 20'000u);
  EXPECT_EQ(world.client.endpoint().SetScheduler(pair.client->connection(), "fastest").error(), Error::kInvalidArgument);
  ASSERT_TRUE(world.client.endpoint().SetScheduler(pair.client->connection(), "minrtt").has_value());
  world.client.Kick();
  world.sim.Run(Duration::Seconds(3));
  EXPECT_GT(world.paths[1]->there().counters().bytes_out, 3'000'000u);
  EXPECT_EQ(world.client.endpoint().Info(pair.client->connection())->scheduler, "minrtt");
}

// Bulk over two equal paths: every scheduler that aggregates does.
class Aggregating : public testing::TestWithParam<const char*> {};
TEST_P(Aggregating, TwoEqualPaths) {
  World world({.paths = {Symmetric(20, 30), Symmetric(20, 30)}, .connection = With(GetParam())});
  Pair& pair = world.Upload(TransferPlan::kEndless);
  world.sim.Run(Duration::Seconds(10));
  const auto received = static_cast<double>(pair.server->ReceivedBetween(Duration::Seconds(4), Duration::Seconds(10)));
  EXPECT_GT(received, 0.92 * 0.945 * 40e6 / 8 * 6);
  EXPECT_EQ(pair.server->result().first_difference, std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(All, Aggregating,
                         testing::Values("minrtt", "blest", "ecf", "roundrobin", "interactive", "sttf", "linger", "weighted"),
                         [](const auto& param) { return std::string(param.param); });

// Requests every 10 ms over two paths of 20 ms; the one that minrtt prefers goes silent. The worst round trip that a user saw.
Duration WorstRoundTrip(const char* scheduler, std::uint64_t seed) {
  World world({.seed = seed, .paths = {Symmetric(20, 20), Symmetric(20, 20)}, .connection = With(scheduler)});
  const sim::RequestPlan plan{.interval = Duration::Millis(10), .request_bytes = 200, .response_bytes = 1000, .count = 1000};
  world.server.Add(std::make_unique<sim::Acceptor>(world.server, SocketAddress{World::ServerAddress(), 80}, With(scheduler),
                                                   [&](sim::Host& host, ConnectionId id, Instant now) {
                                                     host.Add(std::make_unique<sim::RequestServer>(host, plan, id, now));
                                                   }));
  auto& client = world.client.Add(std::make_unique<sim::RequestClient>(world.client, plan));
  ConnectionOptions options = With(scheduler);
  options.tcp.no_delay = true;
  client.Connect({World::ClientAddress(0), 0}, {World::ServerAddress(), 80}, options, world.sim.now());
  world.sim.At(Duration::Millis(3000 + static_cast<std::int64_t>(seed) * 37), [&] { world.paths[seed % 2]->SetUp(false); });
  EXPECT_TRUE(world.sim.RunUntilDone(Duration::Seconds(60)));
  EXPECT_EQ(client.result().answered, 1000u);
  // What begins later than the handshake of the second subflow.
  return *std::max_element(client.result().latencies.begin() + 100, client.result().latencies.end());
}

class RequestFailover : public testing::TestWithParam<std::pair<const char*, int>> {};
TEST_P(RequestFailover, WorstRoundTripStaysBelow) {
  const auto [scheduler, limit] = GetParam();
  Duration worst_of_all;
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    const Duration worst = WorstRoundTrip(scheduler, seed);
    EXPECT_LT(worst, Duration::Millis(limit)) << "seed " << seed << ": " << worst.millis() << " ms";
    worst_of_all = Longer(worst_of_all, worst);
  }
  std::printf("%s: worst round trip %.0f ms\n", scheduler, worst_of_all.seconds() * 1e3);
}
// 3 RTT + 20 ms where copies are sent, 150 ms by default (Linux 6.18: 205 ms).
INSTANTIATE_TEST_SUITE_P(All, RequestFailover,
                         testing::Values(std::pair{"redundant", 80}, std::pair{"interactive", 80}, std::pair{"minrtt", 150}),
                         [](const auto& param) { return std::string(param.param.first); });

}  // namespace
}  // namespace mptcpp::scenario
