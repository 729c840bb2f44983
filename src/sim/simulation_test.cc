// SPDX-License-Identifier: Apache-2.0
#include "sim/simulation.h"

#include <gtest/gtest.h>

#include "sim/request_response.h"
#include "sim/transfer.h"

namespace mptcpp::sim {
namespace {

const IpAddress kA = IpAddress::V4(10, 0, 1, 1);
const IpAddress kB = *IpAddress::Parse("10.0.9.1");

class SimulationTest : public ::testing::Test {
 protected:
  SimulationTest() : a_(sim_.AddHost("a")), b_(sim_.AddHost("b")) {
    sim_.AddAddress(a_, kA);
    sim_.AddAddress(b_, kB);
    LinkOptions link;
    link.rate = Rate::MegabitsPerSecond(10);
    link.delay = Duration::Millis(10);
    path_ = &sim_.AddPath("p", {.from = {kA}, .to = {kB}, .there = link});
  }
  Simulation sim_{1};
  Host& a_;
  Host& b_;
  Path* path_ = nullptr;
};

TEST_F(SimulationTest, TheScriptRunsAtItsTimesInOrder) {
  std::string log;
  sim_.At(Duration::Millis(20), [&] { log += "b"; });
  sim_.At(Duration::Millis(10), [&] { log += "a"; });
  sim_.At(Duration::Millis(20), [&] { log += std::to_string(sim_.elapsed().millis()); });
  sim_.Run(Duration::Millis(15));
  EXPECT_EQ(log, "a");
  EXPECT_EQ(sim_.elapsed(), Duration::Millis(15));
  sim_.Run(Duration::Seconds(1));
  EXPECT_EQ(log, "ab20");
}

TEST_F(SimulationTest, ATransferIsVerifiedAndClosesBothSides) {
  Transfer* server = nullptr;
  b_.Add(std::make_unique<Acceptor>(b_, SocketAddress{kB, 80}, ConnectionOptions(), [&](Host& host, ConnectionId id, Instant now) {
    const TransferPlan plan{.bytes = 3000, .close = CloseMode::kShutdownWhenSent, .send_pattern = 2, .receive_pattern = 1};
    server = &host.Add(std::make_unique<Transfer>(host, plan));
    server->Adopt(id, now);
  }));
  auto& client = a_.Add(std::make_unique<Transfer>(a_, TransferPlan{.bytes = 500'000, .send_pattern = 1, .receive_pattern = 2}));
  client.Connect({kA, 0}, {kB, 80}, {}, Simulation::kStart);
  ASSERT_TRUE(sim_.RunUntilDone(Duration::Seconds(10)));
  ASSERT_NE(server, nullptr);
  EXPECT_EQ(server->result().bytes_received, 500'000u);
  EXPECT_EQ(client.result().bytes_received, 3000u);
  EXPECT_EQ(server->result().first_difference, std::nullopt);
  EXPECT_TRUE(client.result().closed);
  EXPECT_TRUE(server->result().closed);
  // 500 kB at 10 Mbit/s.
  EXPECT_NEAR((server->result().last_byte_at - client.result().opened).seconds(), 0.45, 0.1);
}

TEST_F(SimulationTest, AWrongPatternIsNoticed) {
  Transfer* server = nullptr;
  b_.Add(std::make_unique<Acceptor>(b_, SocketAddress{kB, 80}, ConnectionOptions(), [&](Host& host, ConnectionId id, Instant now) {
    server = &host.Add(std::make_unique<Transfer>(host, TransferPlan{.close = CloseMode::kShutdownAtEnd, .receive_pattern = 77}));
    server->Adopt(id, now);
  }));
  auto& client = a_.Add(std::make_unique<Transfer>(a_, TransferPlan{.bytes = 100, .send_pattern = 1}));
  client.Connect({kA, 0}, {kB, 80}, {}, Simulation::kStart);
  ASSERT_TRUE(sim_.RunUntilDone(Duration::Seconds(10)));
  EXPECT_TRUE(server->result().first_difference.has_value());
}

TEST_F(SimulationTest, RequestsAreAnsweredAfterARoundTrip) {
  const RequestPlan plan{.interval = Duration::Millis(100), .request_bytes = 100, .response_bytes = 500, .count = 5};
  b_.Add(std::make_unique<Acceptor>(b_, SocketAddress{kB, 80}, ConnectionOptions(), [plan](Host& host, ConnectionId id, Instant now) {
    host.Add(std::make_unique<RequestServer>(host, plan, id, now));
  }));
  auto& client = a_.Add(std::make_unique<RequestClient>(a_, plan));
  client.Connect({kA, 0}, {kB, 80}, {}, Simulation::kStart);
  ASSERT_TRUE(sim_.RunUntilDone(Duration::Seconds(10)));
  ASSERT_EQ(client.result().answered, 5u);
  for (const Duration latency : client.result().latencies) EXPECT_NEAR(latency.seconds(), 0.021, 0.002);
}

TEST_F(SimulationTest, ARefusedConnectionIsAnErrorOfTheApplication) {
  auto& client = a_.Add(std::make_unique<Transfer>(a_, TransferPlan{.bytes = 100}));
  client.Connect({kA, 0}, {kB, 80}, {}, Simulation::kStart);
  ASSERT_TRUE(sim_.RunUntilDone(Duration::Seconds(10)));
  EXPECT_EQ(client.result().failure, Error::kRefused);
}

// One answer takes the delays of all paths of the route, both ways; another pair of addresses shares one of them.
TEST_F(SimulationTest, ARouteCrossesItsPathsInOrder) {
  const IpAddress c = IpAddress::V4(10, 0, 3, 1);
  sim_.AddAddress(a_, c);
  LinkOptions link;
  link.delay = Duration::Millis(30);
  Path& second = sim_.AddPath("second", {.there = link});
  sim_.AddRoute(c, kB, {path_, &second});
  const RequestPlan plan{.interval = Duration::Millis(100), .request_bytes = 100, .response_bytes = 500, .count = 3};
  b_.Add(std::make_unique<Acceptor>(b_, SocketAddress{kB, 80}, ConnectionOptions(), [plan](Host& host, ConnectionId id, Instant now) {
    host.Add(std::make_unique<RequestServer>(host, plan, id, now));
  }));
  auto& client = a_.Add(std::make_unique<RequestClient>(a_, plan));
  client.Connect({c, 0}, {kB, 80}, {.multipath = false}, Simulation::kStart);
  ASSERT_TRUE(sim_.RunUntilDone(Duration::Seconds(10)));
  ASSERT_EQ(client.result().answered, 3u);
  for (const Duration latency : client.result().latencies) EXPECT_NEAR(latency.seconds(), 0.081, 0.003);
  EXPECT_GT(path_->there().counters().packets_out, 3u);
  EXPECT_EQ(path_->there().counters().packets_out, second.there().counters().packets_out);
  EXPECT_EQ(path_->back().counters().packets_out, second.back().counters().packets_out);
  EXPECT_EQ(sim_.packets_without_route(), 0u);
}

TEST_F(SimulationTest, CrossTrafficTakesItsRateOnAverage) {
  sim_.AddCrossTraffic(*path_, {.rate = Rate::MegabitsPerSecond(8), .mean_on = Duration::Millis(10), .mean_off = Duration::Millis(30)});
  sim_.Run(Duration::Seconds(100));
  const LinkCounters& counters = path_->there().counters();
  EXPECT_NEAR(static_cast<double>(counters.bytes_out) * 8e-6 / 100, 2, 0.2);
  EXPECT_EQ(counters.bytes_out, counters.packets_out * 1500);
  EXPECT_EQ(sim_.packets_without_route(), 0u);
  EXPECT_EQ(path_->back().counters().packets_out, 0u);
}

TEST_F(SimulationTest, WhatHasNoRouteIsCounted) {
  auto& client = a_.Add(std::make_unique<Transfer>(a_, TransferPlan{.bytes = 100}));
  client.Connect({kA, 0}, {IpAddress::V4(10, 9, 9, 9), 80}, {}, Simulation::kStart);
  sim_.Run(Duration::Seconds(1));
  EXPECT_GT(sim_.packets_without_route(), 0u);
}

}  // namespace
}  // namespace mptcpp::sim
