// SPDX-License-Identifier: Apache-2.0
#include "tcp/state.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

TEST(TcpState, NamesAreTheOnesOfTheRfc) {
  EXPECT_EQ(ToString(State::kClosed), "CLOSED");
  EXPECT_EQ(ToString(State::kSynReceived), "SYN-RECEIVED");
  EXPECT_EQ(ToString(State::kCloseWait), "CLOSE-WAIT");
  EXPECT_EQ(ToString(State::kTimeWait), "TIME-WAIT");
}

TEST(TcpState, OrdinaryLivesAreAllowed) {
  EXPECT_TRUE(IsAllowed(State::kClosed, State::kSynSent));
  EXPECT_TRUE(IsAllowed(State::kSynSent, State::kSynReceived));
  EXPECT_TRUE(IsAllowed(State::kEstablished, State::kFinWait1));
  EXPECT_TRUE(IsAllowed(State::kFinWait1, State::kClosing));
  EXPECT_TRUE(IsAllowed(State::kCloseWait, State::kLastAck));
  EXPECT_TRUE(IsAllowed(State::kTimeWait, State::kClosed));
}

TEST(TcpState, NothingGoesBackOrSkips) {
  EXPECT_FALSE(IsAllowed(State::kClosed, State::kEstablished));
  EXPECT_FALSE(IsAllowed(State::kEstablished, State::kSynSent));
  EXPECT_FALSE(IsAllowed(State::kEstablished, State::kTimeWait));
  EXPECT_FALSE(IsAllowed(State::kFinWait2, State::kClosing));
  EXPECT_FALSE(IsAllowed(State::kTimeWait, State::kEstablished));
  EXPECT_FALSE(IsAllowed(State::kEstablished, State::kEstablished));
}

TEST(TcpState, EveryStateMayCloseAtOnceExceptTheClosedOne) {
  for (int s = 1; s <= static_cast<int>(State::kTimeWait); ++s) EXPECT_TRUE(IsAllowed(static_cast<State>(s), State::kClosed));
  EXPECT_FALSE(IsAllowed(State::kClosed, State::kClosed));
}

}  // namespace
}  // namespace mptcpp::tcp
