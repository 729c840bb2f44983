// SPDX-License-Identifier: Apache-2.0
#include "scheduler/opportunistic.h"

#include <gtest/gtest.h>

#include <array>

namespace mptcpp::scheduler {
namespace {

constexpr std::uint8_t kNone = 0xff;

// A fast subflow 0 with space and a slow subflow 1 with a large window.
struct Scene {
  explicit Scene(std::int64_t slow_rtt_ms) {
    for (std::uint8_t i = 0; i < 2; ++i) {
      paths[i].index = i;
      paths[i].usable = true;
      paths[i].mss = 1000;
      paths[i].cwnd = Bytes(20'000);
      paths[i].smoothed_rtt = Duration::Millis(i == 0 ? 10 : slow_rtt_ms);
    }
    paths[0].space = Bytes(20'000);
  }
  OpportunisticDecision Decide(BlockingSegment head) {
    return DecideOpportunistic({.now = {}, .subflows = paths, .unsent = {}, .send_window = {}}, head);
  }
  std::array<SubflowSnapshot, 2> paths;
};

TEST(OpportunisticTest, SendsAgainAndPenalisesAMuchSlowerHolder) {
  const auto decision = Scene(41).Decide({.holders = 0b10, .penalise_allowed = 0b10});
  EXPECT_EQ(decision.retransmit_on, 0);
  EXPECT_EQ(decision.penalise, 0b10u);
}

TEST(OpportunisticTest, FourTimesIsNotYetMuchSlower) {
  const auto decision = Scene(40).Decide({.holders = 0b10, .penalise_allowed = 0b10});
  EXPECT_EQ(decision.retransmit_on, kNone);
  EXPECT_EQ(decision.penalise, 0b10u);
}

TEST(OpportunisticTest, ASmallWindowIsHopelessAtAnyRtt) {
  Scene scene(12);
  scene.paths[1].cwnd = Bytes(4'000);
  EXPECT_EQ(scene.Decide({.holders = 0b10, .penalise_allowed = 0b10}).retransmit_on, 0);
  scene.paths[1].cwnd = Bytes(4'001);
  EXPECT_EQ(scene.Decide({.holders = 0b10, .penalise_allowed = 0b10}).retransmit_on, kNone);
}

TEST(OpportunisticTest, PenalisesOnlyWhomItMay) {
  EXPECT_EQ(Scene(100).Decide({.holders = 0b10, .penalise_allowed = 0b01}).penalise, 0u);
  EXPECT_EQ(Scene(5).Decide({.holders = 0b10, .penalise_allowed = 0b10}).penalise, 0u) << "the holder is the faster one";
  EXPECT_EQ(Scene(100).Decide({.holders = 0b01, .penalise_allowed = 0b11}).penalise, 0u) << "it holds nothing";
}

TEST(OpportunisticTest, NeverTwiceOnTheSameSubflow) {
  EXPECT_EQ(Scene(100).Decide({.holders = 0b11, .penalise_allowed = 0b10}).retransmit_on, kNone);
}

TEST(OpportunisticTest, NothingWithoutASubflowThatCouldSend) {
  Scene scene(100);
  scene.paths[0].space = Bytes();
  const auto decision = scene.Decide({.holders = 0b10, .penalise_allowed = 0b10});
  EXPECT_EQ(decision.retransmit_on, kNone);
  EXPECT_EQ(decision.penalise, 0u);
}

}  // namespace
}  // namespace mptcpp::scheduler
