// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_syn_proxy.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

class SynProxyTest : public ::testing::Test {
 protected:
  SynProxyTest() { bench_.Add(std::make_unique<SynProxy>()); }
  // What the proxy draws first at this place.
  static std::uint32_t ProxyIsn() { return static_cast<std::uint32_t>(RandomStream(1, "path/0").Next()); }
  void Open() {
    bench_.There({.flags = "S", .seq = 99, .options = "020405a0 0402 1e040101"});
    bench_.There({.seq = 100, .ack = ProxyIsn() + 1});
    bench_.Back({.flags = "SA", .seq = 5000, .ack = 100, .options = "020405b4"});
    opening_ = bench_.Take();
  }
  BoxBench bench_;
  Lines opening_;
};

TEST_F(SynProxyTest, AnswersItselfThenOpensToTheServer) {
  Open();
  const Seg answer{.flags = "SA", .seq = ProxyIsn(), .ack = 100, .options = "020405b4 0402", .window = 65535};
  const Seg syn{.flags = "S", .seq = 99, .options = "020405a0 0402", .window = 65535};
  EXPECT_EQ(opening_, (Lines{bench_.IsBack(answer), bench_.IsThere(syn), bench_.IsThere({.seq = 100, .ack = 5001})}));
}

TEST_F(SynProxyTest, ShiftsTheServersNumbersForGood) {
  Open();
  bench_.There({.seq = 100, .ack = ProxyIsn() + 1, .payload = "get"});
  bench_.Back({.seq = 5001, .ack = 103, .options = "0101050a 00000067 0000006a", .payload = "page"});
  EXPECT_EQ(
      bench_.Take(),
      (Lines{bench_.IsThere({.seq = 100, .ack = 5001, .payload = "get"}),
             bench_.IsBack({.seq = ProxyIsn() + 1, .ack = 103, .options = "0101050a 00000067 0000006a", .payload = "page"})}));
}

TEST_F(SynProxyTest, DataWaitsForTheServerAndRepeatsTheSyn) {
  bench_.There({.flags = "S", .seq = 99});
  bench_.There({.seq = 100, .ack = ProxyIsn() + 1, .payload = "get"});
  EXPECT_EQ(bench_.Take().size(), 2u);
  bench_.Run(Duration::Seconds(1));
  bench_.There({.seq = 100, .ack = ProxyIsn() + 1, .payload = "get"});
  EXPECT_EQ(bench_.Take(), Lines{bench_.IsThere({.flags = "S", .seq = 99, .options = "02040218", .window = 65535})});
  bench_.Back({.flags = "SA", .seq = 5000, .ack = 100});
  const std::string data = bench_.IsThere({.seq = 100, .ack = 5001, .payload = "get"});
  EXPECT_EQ(bench_.Take(), (Lines{data, data}));
}

TEST_F(SynProxyTest, AWrongThirdAckOpensNothing) {
  bench_.There({.flags = "S", .seq = 99});
  bench_.Take();
  bench_.There({.seq = 100, .ack = ProxyIsn() + 2});
  EXPECT_EQ(bench_.Take(), Lines{});
}

TEST_F(SynProxyTest, ARefusalByTheServerResetsTheClient) {
  bench_.There({.flags = "S", .seq = 99});
  bench_.There({.seq = 100, .ack = ProxyIsn() + 1});
  bench_.Take();
  bench_.Back({.flags = "RA", .seq = 0, .ack = 100});
  EXPECT_EQ(bench_.Take(), Lines{bench_.IsBack({.flags = "RA", .seq = ProxyIsn() + 1, .ack = 100})});
}

}  // namespace
}  // namespace mptcpp::sim
