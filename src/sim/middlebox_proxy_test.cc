// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_proxy.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

class ProxyTest : public ::testing::Test {
 protected:
  void Open(const ProxyOptions& options) {
    bench_.Add(std::make_unique<AckingProxy>(options));
    bench_.There({.flags = "S", .seq = 99});
    bench_.Back({.flags = "SA", .seq = 199, .ack = 100, .options = "0101080a 00000055 00000001", .window = 777});
    bench_.Take();
  }
  BoxBench bench_;
};

TEST_F(ProxyTest, AcknowledgesInTheReceiversNameAndPassesTheData) {
  Open({});
  const Seg data{.seq = 100, .ack = 200, .options = "0101080a 00000002 00000055 1e082001 00000001", .payload = "abc"};
  bench_.There(data);
  EXPECT_EQ(bench_.Take(), (Lines{bench_.IsBack({.seq = 200, .ack = 103, .options = "080a 00000055 00000002", .window = 777}),
                                  bench_.IsThere(data)}));
}

TEST_F(ProxyTest, AcknowledgesNothingBehindAHoleAndNoFin) {
  Open({});
  bench_.There({.seq = 103, .ack = 200, .payload = "def"});
  EXPECT_EQ(bench_.Take().size(), 1u);
  bench_.There({.flags = "FA", .seq = 100, .ack = 200, .payload = "abc"});
  EXPECT_EQ(bench_.Take()[0], bench_.IsBack({.seq = 200, .ack = 103, .window = 777}));
}

TEST_F(ProxyTest, LosesWhatItHasAcknowledged) {
  Open({.lose_at = 4});
  bench_.There({.seq = 100, .ack = 200, .payload = "abc"});
  bench_.Take();
  const Seg lost{.seq = 103, .ack = 200, .payload = "def"};
  bench_.There(lost);
  EXPECT_EQ(bench_.Take(), Lines{bench_.IsBack({.seq = 200, .ack = 106, .window = 777})});
  bench_.There({.seq = 106, .ack = 200, .payload = "ghi"});
  EXPECT_EQ(bench_.Take().size(), 2u);
}

TEST_F(ProxyTest, BeginsAfterSomeBytes) {
  Open({.after_bytes = 3});
  bench_.There({.seq = 100, .ack = 200, .payload = "abc"});
  EXPECT_EQ(bench_.Take().size(), 1u);
  bench_.There({.seq = 103, .ack = 200, .payload = "d"});
  EXPECT_EQ(bench_.Take()[0], bench_.IsBack({.seq = 200, .ack = 104, .window = 777}));
}

TEST_F(ProxyTest, OneDirectionOnly) {
  Open({.lose = 1, .directions = {.there = true, .back = false}});
  bench_.Back({.seq = 200, .ack = 100, .payload = "abc"});
  EXPECT_EQ(bench_.Take(), Lines{bench_.IsBack({.seq = 200, .ack = 100, .payload = "abc"})});
}

}  // namespace
}  // namespace mptcpp::sim
