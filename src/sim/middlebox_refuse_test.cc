// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_refuse.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

constexpr std::string_view kCapable = "1e040101";
constexpr std::string_view kJoin = "1e0c1001 00000001 00000002";

TEST(SynRefuserTest, DropsSynsWithTheOptionOnly) {
  BoxBench bench;
  bench.Add(std::make_unique<SynRefuser>(RefuseOptions{}));
  bench.There({.flags = "S", .options = kCapable});
  bench.There({.flags = "S", .options = kJoin});
  bench.There({.flags = "S", .options = "020405b4"});
  bench.Back({.flags = "SA", .options = kCapable});
  bench.There({.options = "1e082001 00000001"});
  EXPECT_EQ(bench.Take(),
            (Lines{bench.IsThere({.flags = "S", .options = "020405b4"}), bench.IsBack({.flags = "SA", .options = kCapable}),
                   bench.IsThere({.options = "1e082001 00000001"})}));
}

TEST(SynRefuserTest, AnswersResetInTheOthersName) {
  BoxBench bench;
  bench.Add(std::make_unique<SynRefuser>(RefuseOptions{.answer_reset = true, .syn_acks = true}));
  bench.There({.flags = "S", .seq = 99, .options = kCapable});
  bench.Back({.flags = "SA", .seq = 50, .ack = 100, .options = kCapable});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsBack({.flags = "RA", .ack = 100, .window = 0}),
                                 bench.IsThere({.flags = "R", .seq = 100, .window = 0})}));
}

TEST(SynRefuserTest, OneSubtypeOnly) {
  BoxBench bench;
  bench.Add(std::make_unique<SynRefuser>(RefuseOptions{.what = RefuseOptions::What::kJoin}));
  bench.There({.flags = "S", .options = kCapable});
  bench.There({.flags = "S", .options = kJoin});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.flags = "S", .options = kCapable})});
}

}  // namespace
}  // namespace mptcpp::sim
