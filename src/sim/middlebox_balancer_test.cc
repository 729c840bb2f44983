// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_balancer.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

const IpAddress kFirst = IpAddress::V4(10, 0, 0, 1);
const IpAddress kSecond = IpAddress::V4(10, 0, 0, 2);
const IpAddress kVirtual = BoxBench::kServer.address;
SocketAddress Client(std::uint16_t port) { return {BoxBench::kClient.address, port}; }

TEST(LoadBalancerTest, AFlowStaysWithItsServer) {
  BoxBench bench;
  bench.Add(std::make_unique<LoadBalancer>(kVirtual, std::vector{kFirst, kSecond}, LoadBalancer::Policy::kRoundRobin));
  bench.There({.flags = "S", .from = Client(1)});
  bench.There({.flags = "S", .from = Client(2)});
  bench.There({.payload = "x", .from = Client(1)});
  bench.Back({.payload = "y", .from = {kSecond, 21}, .to = Client(2)});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S", .from = Client(1), .to = {kFirst, 21}}),
                                 bench.IsThere({.flags = "S", .from = Client(2), .to = {kSecond, 21}}),
                                 bench.IsThere({.payload = "x", .from = Client(1), .to = {kFirst, 21}}),
                                 bench.IsBack({.payload = "y", .from = {kVirtual, 21}, .to = Client(2)})}));
}

TEST(LoadBalancerTest, ServersStayReachableUnderTheirOwnAddresses) {
  BoxBench bench;
  bench.Add(std::make_unique<LoadBalancer>(kVirtual, std::vector{kFirst}, LoadBalancer::Policy::kHash));
  bench.There({.flags = "S", .to = {kFirst, 21}});
  bench.Back({.flags = "SA", .from = {kFirst, 21}});
  EXPECT_EQ(bench.Take(),
            (Lines{bench.IsThere({.flags = "S", .to = {kFirst, 21}}), bench.IsBack({.flags = "SA", .from = {kFirst, 21}})}));
}

TEST(LoadBalancerTest, TheHashSpreads) {
  BoxBench bench;
  bench.Add(std::make_unique<LoadBalancer>(kVirtual, std::vector{kFirst, kSecond}, LoadBalancer::Policy::kHash));
  for (std::uint16_t port = 1; port <= 200; ++port) bench.There({.flags = "S", .from = Client(port)});
  int first = 0;
  for (const std::string& line : bench.Take()) first += line.find("> 10.0.0.1 ") != std::string::npos;
  EXPECT_NEAR(first, 100, 30);
}

}  // namespace
}  // namespace mptcpp::sim
