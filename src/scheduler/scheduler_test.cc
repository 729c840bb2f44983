// SPDX-License-Identifier: Apache-2.0
#include "scheduler/scheduler.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "scheduler/blest.h"

namespace mptcpp::scheduler {
namespace {

constexpr std::uint32_t kMss = 1400;
constexpr Bytes kPlenty = Bytes(100'000);

SubflowSnapshot Path(std::uint8_t index, std::int64_t rtt_ms) {
  SubflowSnapshot s;
  s.index = index;
  s.usable = true;
  s.cwnd = s.space = Bytes(10 * kMss);
  s.mss = kMss;
  s.smoothed_rtt = Duration::Millis(rtt_ms);
  return s;
}
SubflowSnapshot Full(SubflowSnapshot s) {
  s.space = Bytes();
  s.in_flight = s.cwnd;
  return s;
}
SubflowSnapshot Backup(SubflowSnapshot s) {
  s.backup = true;
  return s;
}
SubflowSnapshot Stale(SubflowSnapshot s) {
  s.stale = true;
  return s;
}
SubflowSnapshot Unusable(SubflowSnapshot s) {
  s.usable = false;
  return s;
}
SubflowSnapshot Carried(SubflowSnapshot s) {
  s.carried_segment = true;
  return s;
}

class Ask {
 public:
  explicit Ask(const char* name) : info_(FindScheduler(name)) {}
  // The bits of the decision.
  std::uint32_t operator()(std::vector<SubflowSnapshot> subflows, Bytes send_window = kPlenty, Bytes unsent = kPlenty) {
    const Snapshot snapshot{.now = {}, .subflows = subflows, .unsent = unsent, .send_window = send_window};
    return info_->choose(snapshot, state_).subflows;
  }

 private:
  const SchedulerInfo* info_;
  SchedulerState state_;
};

TEST(SchedulersTest, FoundByName) {
  for (const char* name : {"minrtt", "blest", "ecf", "roundrobin", "redundant"}) ASSERT_NE(FindScheduler(name), nullptr) << name;
  EXPECT_EQ(FindScheduler("fastest"), nullptr);
}

// What holds for every scheduler: who may carry a segment at all.
class AnyScheduler : public testing::TestWithParam<const char*> {
 protected:
  Ask ask_{GetParam()};
};

TEST_P(AnyScheduler, WaitsWithoutSubflows) { EXPECT_EQ(ask_({}), 0u); }
TEST_P(AnyScheduler, WaitsWhenAllAreFull) { EXPECT_EQ(ask_({Full(Path(0, 10)), Full(Path(1, 20))}), 0u); }
TEST_P(AnyScheduler, LeavesUnusableOnesAlone) { EXPECT_EQ(ask_({Unusable(Path(0, 10)), Path(1, 20)}), 0b10u); }
// Covers: PRIO-1, PRIO-5
TEST_P(AnyScheduler, BackupOnlyWithoutRegular) {
  EXPECT_EQ(ask_({Backup(Path(0, 10)), Path(1, 20)}), 0b10u);
  EXPECT_EQ(ask_({Backup(Path(0, 10)), Full(Path(1, 20))}), 0u) << "a full regular subflow is still there";
  EXPECT_EQ(ask_({Backup(Path(0, 10)), Unusable(Path(1, 20))}), 0b01u);
}
TEST_P(AnyScheduler, StaleOnlyWithoutOthers) {
  EXPECT_EQ(ask_({Stale(Path(0, 10)), Path(1, 20)}), 0b10u);
  EXPECT_EQ(ask_({Stale(Path(0, 10)), Backup(Path(1, 20))}), 0b10u) << "a backup is better than a stale one";
  EXPECT_EQ(ask_({Stale(Path(0, 10)), Unusable(Path(1, 20))}), 0b01u);
}
// Covers: RTX-3
TEST_P(AnyScheduler, ReinjectionAvoidsThePathThatHadIt) {
  EXPECT_EQ(ask_({Carried(Path(0, 10)), Path(1, 20)}), 0b10u);
  EXPECT_EQ(ask_({Carried(Path(0, 10)), Full(Path(1, 20))}), 0u);
  EXPECT_EQ(ask_({Carried(Path(0, 10))}), 0b01u);
}
TEST_P(AnyScheduler, UsesTheHighestIndex) { EXPECT_EQ(ask_({Path(31, 10)}), 1u << 31); }

INSTANTIATE_TEST_SUITE_P(All, AnyScheduler, testing::Values("minrtt", "blest", "ecf", "roundrobin", "redundant"),
                         [](const auto& param) { return std::string(param.param); });

TEST(MinRttTest, TakesTheFastest) { EXPECT_EQ(Ask("minrtt")({Path(0, 30), Path(1, 10), Path(2, 20)}), 0b010u); }
TEST(MinRttTest, SpillsOverWhenTheFastestIsFull) { EXPECT_EQ(Ask("minrtt")({Full(Path(0, 10)), Path(1, 500)}), 0b10u); }
TEST(MinRttTest, MeasuresTheUnknownFirst) { EXPECT_EQ(Ask("minrtt")({Path(0, 10), Path(1, 0)}), 0b10u); }

TEST(RoundRobinTest, TakesTurns) {
  Ask ask("roundrobin");
  const std::vector<SubflowSnapshot> paths = {Path(0, 10), Path(3, 500), Path(7, 20)};
  for (std::uint8_t expected : {0, 3, 7, 0, 3, 7}) EXPECT_EQ(ask(paths), 1u << expected);
}
TEST(RoundRobinTest, PassesOverTheFull) {
  Ask ask("roundrobin");
  EXPECT_EQ(ask({Path(0, 10), Full(Path(1, 10)), Path(2, 10)}), 0b001u);
  EXPECT_EQ(ask({Path(0, 10), Full(Path(1, 10)), Path(2, 10)}), 0b100u);
  EXPECT_EQ(ask({Path(0, 10), Path(1, 10), Path(2, 10)}), 0b001u);
}

TEST(RedundantTest, CopiesToAllOnceOneHasSpace) {
  EXPECT_EQ(Ask("redundant")({Path(0, 10), Path(1, 500), Full(Path(2, 10)), Path(3, 20)}), 0b1111u);
  EXPECT_EQ(Ask("redundant")({Path(0, 10), Backup(Path(1, 10)), Stale(Path(2, 10))}), 0b001u);
}

TEST(BlestTest, Vector) { EXPECT_EQ(SentMeanwhile(Path(0, 20), Path(1, 100)), Bytes(84'000)); }
TEST(BlestTest, WaitsWhereTheSlowPathWouldBlockTheWindow) {
  // The fast path would send 84,000 bytes meanwhile; the slow segment takes 1,400 of the window, 14,000 are in flight.
  const std::vector<SubflowSnapshot> paths = {Full(Path(0, 20)), Path(1, 100)};
  EXPECT_EQ(Ask("blest")(paths, Bytes(84'000 + 1'400 - 14'000 - 1)), 0u);
  EXPECT_EQ(Ask("blest")(paths, Bytes(84'000 + 1'400 - 14'000)), 0b10u);
}
TEST(BlestTest, WhatTheSlowPathHoldsCounts) {
  SubflowSnapshot slow = Path(1, 100);
  slow.in_flight = Bytes(7'000);  // part of the window, and blocked with it: nothing is gained or lost
  EXPECT_EQ(Ask("blest")({Full(Path(0, 20)), slow}, Bytes(84'000 + 1'400 - 14'000)), 0b10u);
  EXPECT_EQ(Ask("blest")({Full(Path(0, 20)), slow}, Bytes(84'000 + 1'400 - 14'000 - 1)), 0u);
}
TEST(BlestTest, TakesTheFastestWithSpaceAtAnyWindow) { EXPECT_EQ(Ask("blest")({Path(0, 20), Path(1, 100)}, Bytes(1)), 0b01u); }
TEST(BlestTest, EqualPathsNeverWait) { EXPECT_EQ(Ask("blest")({Full(Path(0, 20)), Path(1, 20)}, Bytes(1)), 0b10u); }

// CWND 10 on both, 20 and 100 ms, delta 5 ms.
std::vector<SubflowSnapshot> EcfPaths() {
  std::vector<SubflowSnapshot> paths = {Full(Path(0, 20)), Path(1, 100)};
  paths[1].rtt_variation = Duration::Millis(5);
  return paths;
}
TEST(EcfTest, WaitsWhereTheFastPathIsDoneFirst) {
  EXPECT_EQ(Ask("ecf")(EcfPaths(), kPlenty, Bytes(30 * kMss)), 0u) << "80 < 105 and 300 >= 45";
  EXPECT_EQ(Ask("ecf")(EcfPaths(), kPlenty, Bytes()), 0u) << "a window at least: 40 < 105 and 100 >= 45";
}
TEST(EcfTest, UsesTheSlowPathForMuchData) {
  EXPECT_EQ(Ask("ecf")(EcfPaths(), kPlenty, Bytes(43 * kMss)), 0b10u) << "106 >= 105";
  EXPECT_EQ(Ask("ecf")(EcfPaths(), kPlenty, Bytes(42 * kMss)), 0u) << "104 < 105";
}
TEST(EcfTest, OnceWaitingItWaitsAQuarterLonger) {
  Ask ask("ecf");
  EXPECT_EQ(ask(EcfPaths(), kPlenty, Bytes(30 * kMss)), 0u);
  EXPECT_EQ(ask(EcfPaths(), kPlenty, Bytes(55 * kMss)), 0u) << "130 < 131";
  EXPECT_EQ(ask(EcfPaths(), kPlenty, Bytes(56 * kMss)), 0b10u) << "132 >= 131";
  EXPECT_EQ(ask(EcfPaths(), kPlenty, Bytes(55 * kMss)), 0b10u) << "no longer waiting";
}
TEST(EcfTest, ASlowPathThatIsNotSlowIsUsed) {
  std::vector<SubflowSnapshot> paths = {Full(Path(0, 20)), Path(1, 39)};
  paths[1].rtt_variation = Duration::Millis(10);
  EXPECT_EQ(Ask("ecf")(paths, kPlenty, Bytes()), 0b10u) << "40 < 49, but 39 < 50";
}

}  // namespace
}  // namespace mptcpp::scheduler
