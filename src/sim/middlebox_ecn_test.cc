// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_ecn.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

TEST(EcnBleacherTest, ClearsTheIpField) {
  BoxBench bench;
  bench.Add(std::make_unique<EcnBleacher>(EcnOptions{.clear_field = true, .directions = {.there = true, .back = false}}));
  for (const Ecn ecn : {Ecn::kCe, Ecn::kEct0, Ecn::kEct1}) bench.There({.payload = "x", .ecn = ecn});
  bench.Back({.payload = "x", .ecn = Ecn::kCe});
  const std::string cleared = bench.IsThere({.payload = "x"});
  EXPECT_EQ(bench.Take(), (Lines{cleared, cleared, cleared, bench.IsBack({.payload = "x", .ecn = Ecn::kCe})}));
}

TEST(EcnBleacherTest, ClearsTheNegotiationOnly) {
  BoxBench bench;
  bench.Add(std::make_unique<EcnBleacher>(EcnOptions{.clear_syn_flags = true}));
  bench.There({.flags = "SEC"});
  bench.Back({.flags = "SAE"});
  bench.There({.flags = "AE", .payload = "x", .ecn = Ecn::kEct0});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.flags = "S"}), bench.IsBack({.flags = "SA"}),
                                 bench.IsThere({.flags = "AE", .payload = "x", .ecn = Ecn::kEct0})}));
}

TEST(EcnBleacherTest, DropsSynsThatAsk) {
  BoxBench bench;
  bench.Add(std::make_unique<EcnBleacher>(EcnOptions{.drop_syn = true}));
  bench.There({.flags = "SEC"});
  bench.There({.flags = "S"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.flags = "S"})});
}

TEST(EcnBleacherTest, DropsWhatIsCapable) {
  BoxBench bench;
  bench.Add(std::make_unique<EcnBleacher>(EcnOptions{.drop_capable = true}));
  bench.There({.payload = "x", .ecn = Ecn::kEct0});
  bench.There({.payload = "y"});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.payload = "y"})});
}

TEST(EcnBleacherTest, MarksOneOfSoMany) {
  BoxBench bench;
  bench.Add(std::make_unique<EcnBleacher>(EcnOptions{.mark_every = 2}));
  bench.There({.payload = "x", .ecn = Ecn::kEct0});
  bench.There({.payload = "x"});
  bench.There({.payload = "x", .ecn = Ecn::kEct0});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.payload = "x", .ecn = Ecn::kEct0}), bench.IsThere({.payload = "x"}),
                                 bench.IsThere({.payload = "x", .ecn = Ecn::kCe})}));
}

}  // namespace
}  // namespace mptcpp::sim
