// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_portal.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

std::uint32_t PortalIsn() { return static_cast<std::uint32_t>(RandomStream(1, "path/0").Next()); }

TEST(CaptivePortalTest, AnswersInTheServersNameAndLetsNothingThrough) {
  BoxBench bench;
  bench.Add(std::make_unique<CaptivePortal>(PortalOptions{.page = "log in"}));
  const std::uint32_t isn = PortalIsn();
  bench.There({.flags = "S", .seq = 99, .options = "020405b4 1e040101"});
  bench.There({.seq = 100, .ack = isn + 1});
  bench.There({.flags = "PA", .seq = 100, .ack = isn + 1, .payload = "get"});
  bench.There({.flags = "FA", .seq = 103, .ack = isn + 8});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsBack({.flags = "SA", .seq = isn, .ack = 100, .options = "020405b4", .window = 65535}),
                                 bench.IsBack({.flags = "FPA", .seq = isn + 1, .ack = 103, .payload = "log in", .window = 65535}),
                                 bench.IsBack({.seq = isn + 8, .ack = 104, .window = 65535})}));
}

TEST(CaptivePortalTest, RepeatsThePageForARetransmission) {
  BoxBench bench;
  bench.Add(std::make_unique<CaptivePortal>(PortalOptions{.page = "log in"}));
  bench.There({.flags = "S", .seq = 99});
  bench.There({.seq = 100, .ack = PortalIsn() + 1, .payload = "get"});
  bench.There({.seq = 100, .ack = PortalIsn() + 1, .payload = "get"});
  const Lines lines = bench.Take();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1], lines[2]);
}

TEST(CaptivePortalTest, AFakeJoinHasTheRightFormAndAnyHmac) {
  BoxBench bench;
  bench.Add(std::make_unique<CaptivePortal>(PortalOptions{.fake_join = true}));
  bench.There({.flags = "S", .seq = 99, .options = "1e0c1001 00000001 00000002"});
  EXPECT_NE(bench.Take()[0].find("020405b41e101000"), std::string::npos);
}

TEST(CaptivePortalTest, FlowsThatItDidNotAnswerAreSilentlyEaten) {
  BoxBench bench;
  bench.Add(std::make_unique<CaptivePortal>(PortalOptions{}));
  bench.There({.seq = 100, .ack = 1, .payload = "get"});
  EXPECT_EQ(bench.Take(), Lines{});
}

}  // namespace
}  // namespace mptcpp::sim
