// SPDX-License-Identifier: Apache-2.0
#include "scheduler/scheduler.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include "scheduler/blest.h"
#include "scheduler/linger.h"
#include "scheduler/sttf.h"

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
    const Snapshot snapshot{
        .now = now, .subflows = subflows, .unsent = unsent, .send_window = send_window, .opportunistic_copies = copies};
    return info_->choose(snapshot, state_).subflows;
  }

  Instant now;
  std::uint64_t copies = 0;

 private:
  const SchedulerInfo* info_;
  SchedulerState state_;
};

TEST(SchedulersTest, FoundByName) {
  for (const char* name : {"minrtt", "blest", "ecf", "roundrobin", "redundant", "interactive", "sttf", "linger", "weighted", "handover"}) ASSERT_NE(FindScheduler(name), nullptr) << name;
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

INSTANTIATE_TEST_SUITE_P(All, AnyScheduler, testing::Values("minrtt", "blest", "ecf", "roundrobin", "redundant", "interactive", "sttf", "linger", "weighted", "handover"),
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
  // The fast path would send 84,000 bytes meanwhile, times 1.2; the slow segment takes 1,400 of the window, 14,000 are in flight.
  const std::vector<SubflowSnapshot> paths = {Full(Path(0, 20)), Path(1, 100)};
  EXPECT_EQ(Ask("blest")(paths, Bytes(100'800 + 1'400 - 14'000 - 1)), 0u);
  EXPECT_EQ(Ask("blest")(paths, Bytes(100'800 + 1'400 - 14'000)), 0b10u);
}
TEST(BlestTest, WhatTheSlowPathHoldsCounts) {
  SubflowSnapshot slow = Path(1, 100);
  slow.in_flight = Bytes(7'000);  // part of the window, and blocked with it: nothing is gained or lost
  EXPECT_EQ(Ask("blest")({Full(Path(0, 20)), slow}, Bytes(100'800 + 1'400 - 14'000)), 0b10u);
  EXPECT_EQ(Ask("blest")({Full(Path(0, 20)), slow}, Bytes(100'800 + 1'400 - 14'000 - 1)), 0u);
}
TEST(BlestTest, TakesTheFastestWithSpaceAtAnyWindow) { EXPECT_EQ(Ask("blest")({Path(0, 20), Path(1, 100)}, Bytes(1)), 0b01u); }
TEST(BlestTest, EqualPathsNeverWait) { EXPECT_EQ(Ask("blest")({Full(Path(0, 20)), Path(1, 20)}, Bytes(1)), 0b10u); }

TEST(BlestTest, LambdaLearnsOncePerSlowRoundTrip) {
  Ask ask("blest");
  const std::vector<SubflowSnapshot> paths = {Full(Path(0, 20)), Path(1, 100)};
  const auto waits_below = [&](std::int64_t sent_meanwhile) {
    const std::uint32_t below = ask(paths, Bytes(sent_meanwhile + 1'400 - 14'000 - 1));
    return below == 0 && ask(paths, Bytes(sent_meanwhile + 1'400 - 14'000)) == 0b10u;
  };
  EXPECT_TRUE(waits_below(84'000 * 120 / 100));
  ask.now = ask.now + Duration::Millis(99);
  ask.copies = 1;
  EXPECT_TRUE(waits_below(84'000 * 120 / 100)) << "not yet";
  ask.now = ask.now + Duration::Millis(1);
  EXPECT_TRUE(waits_below(84'000 * 124 / 100)) << "the window blocked meanwhile";
  ask.now = ask.now + Duration::Millis(100);
  EXPECT_TRUE(waits_below(84'000 * 123 / 100));
  for (int i = 0; i < 50; ++i) {
    ask.now = ask.now + Duration::Millis(100);
    (void)ask(paths);
  }
  EXPECT_TRUE(waits_below(84'000)) << "never below 1";
  for (int i = 0; i < 50; ++i) {
    ask.now = ask.now + Duration::Millis(100);
    ++ask.copies;
    (void)ask(paths);
  }
  EXPECT_TRUE(waits_below(84'000 * 130 / 100)) << "never above 1.3";
}

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

TEST(SttfTest, PredictsArrival) {
  EXPECT_EQ(ArrivalOf(Bytes(10 * kMss), Path(0, 20)), Duration::Millis(10)) << "one window";
  EXPECT_EQ(ArrivalOf(Bytes(10 * kMss + 1), Path(0, 20)), Duration::Millis(30));
  EXPECT_EQ(ArrivalOf(Bytes(kMss), Full(Path(0, 20))), Duration::Millis(30));
}
TEST(SttfTest, WaitsAsLongAsTheFastPathIsDoneSooner) {
  // The slow one delivers after 50 ms; the fast one after 30 ms for one window more, 50 ms for two.
  const std::vector<SubflowSnapshot> paths = {Full(Path(0, 20)), Path(1, 100)};
  EXPECT_EQ(Ask("sttf")(paths, kPlenty, Bytes(10 * kMss)), 0u);
  EXPECT_EQ(Ask("sttf")(paths, kPlenty, Bytes(10 * kMss + 1)), 0b10u);
  EXPECT_EQ(Ask("sttf")({Full(Path(0, 20)), Path(1, 60)}, kPlenty, Bytes(kMss)), 0b10u) << "30 ms either way";
}

TEST(InteractiveTest, CopiesAThinStreamToIdlePaths) {
  SubflowSnapshot busy = Path(2, 15);
  busy.in_flight = Bytes(6 * kMss);
  EXPECT_EQ(Ask("interactive")({Path(0, 10), Path(1, 200), busy}, kPlenty, Bytes(4 * kMss)), 0b011u);
  EXPECT_EQ(Ask("interactive")({busy, Path(1, 200)}, kPlenty, Bytes(100)), 0b10u) << "half used is not idle";
  EXPECT_EQ(Ask("interactive")({Path(0, 10), Path(1, 200)}, kPlenty, Bytes(4 * kMss + 1)), 0b01u) << "no copies when data queues up";
}

TEST(LingerTest, CountsWhatIsInFlightAtThePacingRate) {
  SubflowSnapshot s = Path(0, 100);
  s.in_flight = Bytes(7'000);
  EXPECT_EQ(LingerTime(s), Duration::Millis(50)) << "a window of 14,000 per round trip";
  s.pacing_rate = Rate::BytesPerSecond(70'000);
  EXPECT_EQ(LingerTime(s), Duration::Millis(100));
  EXPECT_EQ(LingerTime(Path(0, 0)), Duration::Zero());
}
TEST(LingerTest, KeepsABurstOf64KiB) {
  Ask ask("linger");
  std::vector<SubflowSnapshot> paths = {Path(0, 10), Path(1, 20)};
  paths[1].in_flight = Bytes(kMss);
  EXPECT_EQ(ask(paths), 0b01u);
  paths[0].in_flight = Bytes(5 * kMss);
  paths[0].sent = kLingerBurst - Bytes(1);
  EXPECT_EQ(ask(paths), 0b01u) << "25 ms against 2 ms, but the burst is not over";
  paths[0].sent = kLingerBurst;
  EXPECT_EQ(ask(paths), 0b10u);
  EXPECT_EQ(ask({Path(0, 10), Full(paths[1])}), 0b01u) << "a burst ends with the window";
}

// Lets both send whenever they are asked, in segments, and returns what each got of `total`.
std::array<std::int64_t, 2> Shares(std::vector<SubflowSnapshot> paths, std::int64_t total) {
  Ask ask("weighted");
  for (std::int64_t n = 0; n < total; n += kMss) {
    const std::uint32_t chosen = ask(paths);
    for (SubflowSnapshot& s : paths) s.sent += chosen == 1u << s.index ? Bytes(kMss) : Bytes();
  }
  return {paths[0].sent.count(), paths[1].sent.count()};
}
TEST(WeightedTest, KeepsTheRatio) {
  std::vector<SubflowSnapshot> paths = {Path(0, 10), Path(1, 200)};
  paths[0].weight = 3;
  const auto [heavy, light] = Shares(paths, 10'000'000);
  EXPECT_NEAR(static_cast<double>(heavy) / static_cast<double>(light), 3.0, 0.15);
}
TEST(WeightedTest, WaitsForAFullOne) {
  Ask ask("weighted");
  EXPECT_EQ(ask({Path(0, 10), Path(1, 200)}), 0b01u);
  EXPECT_EQ(ask({Full(Path(0, 10)), Path(1, 200)}), 0u) << "its turn is not over";
  EXPECT_EQ(ask({Unusable(Path(0, 10)), Path(1, 200)}), 0b10u);
}
TEST(WeightedTest, TheCheapestOnly) {
  std::vector<SubflowSnapshot> paths = {Path(0, 10), Path(1, 200)};
  paths[0].cost = 1;
  EXPECT_EQ(Ask("weighted")(paths), 0b10u);
  paths[1] = Full(paths[1]);
  EXPECT_EQ(Ask("weighted")(paths), 0u) << "money is not spent because the cheap one is busy";
  paths[1] = Stale(paths[1]);
  EXPECT_EQ(Ask("weighted")(paths), 0b01u);
}
TEST(WeightedTest, ACapIsTheLastResort) {
  std::vector<SubflowSnapshot> paths = {Path(0, 10), Path(1, 200)};
  paths[0].over_cap = true;
  paths[1].cost = 255;
  EXPECT_EQ(Ask("weighted")(paths), 0b10u);
  paths[1].usable = false;
  EXPECT_EQ(Ask("weighted")(paths), 0b01u);
}

TEST(HandoverTest, StaysUntilThePathFails) {
  Ask ask("handover");
  EXPECT_EQ(ask({Path(0, 50), Path(1, 80)}), 0b01u);
  EXPECT_EQ(ask({Path(0, 50), Path(1, 10)}), 0b01u) << "a faster one is no reason";
  EXPECT_EQ(ask({Full(Path(0, 50)), Path(1, 10)}), 0u) << "nor is a full window";
  EXPECT_EQ(ask({Stale(Path(0, 50)), Path(1, 10)}), 0b10u);
  EXPECT_EQ(ask({Path(0, 5), Path(1, 10)}), 0b10u) << "nor that the old one is back";
}

TEST(SchedulersTest, AnOutsidersIsFound) {
  static constexpr SchedulerInfo kMine[] = {{.name = "mine", .summary = "", .choose = [](const Snapshot&, SchedulerState&) {
                                               return Decision::On(5);
                                             }}};
  EXPECT_EQ(FindScheduler("mine"), nullptr);
  EXPECT_EQ(FindScheduler("mine", kMine), &kMine[0]);
  EXPECT_EQ(FindScheduler("minrtt", kMine), &Schedulers().front());
}

}  // namespace
}  // namespace mptcpp::scheduler
