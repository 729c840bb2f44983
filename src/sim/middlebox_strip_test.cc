// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_strip.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

constexpr std::string_view kMss = "020405b4";
constexpr std::string_view kCapableSyn = "1e040101";
constexpr std::string_view kCapableSynAck = "1e0c0101 0123456789abcdef";
constexpr std::string_view kCapableAck = "1e140101 0123456789abcdef fedcba9876543210";
constexpr std::string_view kJoinSyn = "1e0c1001 00000001 00000002";
constexpr std::string_view kDss = "1e082001 00000001";
std::string Join(std::string_view a, std::string_view b) { return std::string(a) + std::string(b); }

// A handshake with one segment of data, and what of it kept its MPTCP option: S, A (SYN/ACK), 3, D(ata), a(ck).
std::string Kept(const StripOptions& options) {
  BoxBench bench;
  bench.Add(std::make_unique<OptionStripper>(options));
  const std::string syn = Join(kMss, kCapableSyn), syn_ack = Join(kMss, kCapableSynAck);
  bench.There({.flags = "S", .seq = 99, .options = syn});
  bench.Back({.flags = "SA", .seq = 199, .ack = 100, .options = syn_ack});
  bench.There({.seq = 100, .ack = 200, .options = kCapableAck});
  bench.There({.seq = 100, .ack = 200, .options = kDss, .payload = "data"});
  bench.Back({.seq = 200, .ack = 104, .options = kDss});
  const Lines lines = bench.Take();
  const std::string_view options_begin[] = {"1e040101", "1e0c0101", "1e140101", "1e082001", "1e082001"};
  std::string kept;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find(options_begin[i]) != std::string::npos) kept += "SA3Da"[i];
  }
  return kept;
}

class StripTest : public ::testing::Test {
 protected:
  void Use(StripOptions options) { bench_.Add(std::make_unique<OptionStripper>(std::move(options))); }
  BoxBench bench_;
};

TEST_F(StripTest, EachPhaseAlone) {
  EXPECT_EQ(Kept({}), "SA3Da");
  EXPECT_EQ(Kept({.phases = {.syn = true}}), "A3Da");
  EXPECT_EQ(Kept({.phases = {.syn_ack = true}}), "S3Da");
  EXPECT_EQ(Kept({.phases = {.third_ack = true}}), "SADa");
  EXPECT_EQ(Kept({.phases = {.data = true}}), "SA3");
}

TEST_F(StripTest, OneDirection) {
  EXPECT_EQ(Kept({.phases = {true, true, true, true}, .directions = {.there = false, .back = true}}), "S3D");
}

TEST_F(StripTest, RemovedOptionsLeaveNoGap) {
  Use({.phases = {.syn = true}});
  bench_.There({.flags = "S", .seq = 9, .options = Join(kCapableSyn, kMss), .payload = "early"});
  EXPECT_EQ(bench_.Take(), Lines{bench_.IsThere({.flags = "S", .seq = 9, .options = kMss, .payload = "early"})});
}

TEST_F(StripTest, NopsAndEolKeepTheLength) {
  for (const auto& [action, paint] : {std::pair{StripAction::kNop, "01010101"}, std::pair{StripAction::kEol, "00000000"}}) {
    BoxBench bench;
    bench.Add(std::make_unique<OptionStripper>(StripOptions{.phases = {.syn = true}, .action = action}));
    bench.There({.flags = "S", .options = Join(kCapableSyn, kMss)});
    EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.flags = "S", .options = Join(paint, kMss)})});
  }
}

TEST_F(StripTest, JoinsOnly) {
  Use({.phases = {.syn = true}, .joins_only = true});
  bench_.There({.flags = "S", .options = kCapableSyn});
  bench_.There({.flags = "S", .options = kJoinSyn, .from = {BoxBench::kClient.address, 5001}});
  const Seg join{.flags = "S", .from = {BoxBench::kClient.address, 5001}};
  EXPECT_EQ(bench_.Take(), (Lines{bench_.IsThere({.flags = "S", .options = kCapableSyn}), bench_.IsThere(join)}));
}

TEST_F(StripTest, AfterSomePayloadOrTime) {
  Use({.phases = {.data = true}, .after_bytes = Bytes(4), .after = Duration::Seconds(1)});
  const auto stripped = [this] {
    bench_.There({.options = kDss, .payload = "data"});
    return bench_.Take()[0].find("1e08") == std::string::npos;
  };
  EXPECT_FALSE(stripped());
  EXPECT_FALSE(stripped());
  bench_.Run(Duration::Seconds(1));
  EXPECT_TRUE(stripped());
}

TEST_F(StripTest, ARandomFraction) {
  Use({.phases = {.data = true}, .probability = 0.5});
  int kept = 0;
  for (int i = 0; i < 1000; ++i) {
    bench_.There({.options = kDss, .payload = "data"});
    kept += bench_.Take()[0].find("1e08") != std::string::npos;
  }
  EXPECT_NEAR(kept, 500, 60);
}

TEST_F(StripTest, OtherKinds) {
  Use({.phases = {.syn = true}, .kinds = {2}});
  bench_.There({.flags = "S", .options = Join(kMss, kCapableSyn)});
  EXPECT_EQ(bench_.Take(), Lines{bench_.IsThere({.flags = "S", .options = kCapableSyn})});
}

}  // namespace
}  // namespace mptcpp::sim
