// SPDX-License-Identifier: Apache-2.0
// 100,000 forged segments of each kind against a server with an honest client; bench/flood_bench does a million and says what
// they cost (docs/limits.md).
#include <gtest/gtest.h>

#include "tests/support/flood.h"
#include "tests/support/heap.h"

namespace mptcpp::testing {
namespace {

constexpr std::size_t kForgeries = 100'000;
constexpr std::size_t kShotsPerStep = 20;  // batches between two steps of the honest transfer

void Fire(UnderFire& scene, Forgery kind) {
  for (std::size_t sent = 0; sent < kForgeries;) {
    for (std::size_t i = 0; i < kShotsPerStep; ++i, sent += Forger::kBatch) {
      scene.Shoot(kind);
      scene.world().Run(Duration::Micros(100));
    }
    scene.Transfer(1);
  }
}

struct Bound {
  Forgery kind;
  std::size_t bytes;  // what the flood may add to the heap
  Counter counter;    // what shows that it arrived
};

class Flood : public ::testing::TestWithParam<Bound> {};

// Covers: SEC-6, CAP-16
TEST_P(Flood, CostsBoundedMemoryAndNoConnection) {
  UnderFire scene;
  scene.Transfer(200);  // buffers and tables of the honest connection reach their size
  const std::size_t before = heap_bytes;
  const std::uint64_t read_before = scene.read();
  Fire(scene, GetParam().kind);
  const std::size_t grown = heap_bytes > before ? heap_bytes - before : 0;
  RecordProperty("heap_growth", static_cast<int>(grown));
  EXPECT_LT(grown, GetParam().bytes);
  EXPECT_GE(scene.world().server.counters()[GetParam().counter], kForgeries / 2);
  EXPECT_GT(scene.read(), read_before);
  EXPECT_TRUE(scene.Finish());
  const auto info = scene.world().server.Info(scene.server_connection());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->mode, Mode::kMultipath);
  // Hours later nothing of it is left.
  scene.world().Run(Duration::Seconds(600));
  EXPECT_EQ(scene.world().server.connection_count(), 1u);
}

std::string NameOf(const ::testing::TestParamInfo<Bound>& of) {
  switch (of.param.kind) {
    case Forgery::kSyn: return "Syn";
    case Forgery::kJoin: return "Join";
    case Forgery::kAddAddr: return "AddAddr";
  }
  return {};
}

INSTANTIATE_TEST_SUITE_P(Kinds, Flood,
                         ::testing::Values(Bound{Forgery::kSyn, 2 << 20, Counter::kSyncookiesSent},
                                           Bound{Forgery::kJoin, 2 << 20, Counter::kMPJoinSynRx},
                                           Bound{Forgery::kAddAddr, 64 << 10, Counter::kAddAddrDrop}),
                         NameOf);

// Covers: CAP-16
TEST(FloodTest, TheHonestGetInDuringASynFlood) {
  UnderFire scene;
  std::vector<ConnectionId> opened;
  std::size_t accepted = 0;
  const auto accept_all = [&] {
    while (scene.world().server.Accept(scene.listener())) ++accepted;
  };
  for (int i = 0; i < 100; ++i) {
    for (std::size_t k = 0; k < kShotsPerStep / 2; ++k) scene.Shoot(Forgery::kSyn);
    opened.push_back(*scene.world().client.Connect({UnderFire::kClientAddress, 0}, UnderFire::kServer, {}, scene.world().now));
    scene.world().Run(Duration::Millis(2));
    accept_all();
  }
  scene.world().Run(Duration::Seconds(1));
  accept_all();
  EXPECT_EQ(accepted, opened.size());
  std::size_t multipath = 0;
  for (const ConnectionId id : opened) multipath += scene.world().client.Info(id)->mode == Mode::kMultipath;
  EXPECT_EQ(multipath, opened.size());
}

}  // namespace
}  // namespace mptcpp::testing
