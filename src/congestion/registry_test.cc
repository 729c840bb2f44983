// SPDX-License-Identifier: Apache-2.0
#include "congestion/registry.h"

#include <gtest/gtest.h>

#include "congestion/congestion_test_ack.h"

namespace mptcpp::congestion {
namespace {

TEST(RegistryTest, FindsByName) {
  for (std::string_view name : {"newreno", "cubic", "lia", "olia", "balia"}) {
    const ControllerInfo* info = FindController(name);
    ASSERT_NE(info, nullptr) << name;
    EXPECT_FALSE(info->summary.empty());
  }
  EXPECT_EQ(FindController("vegas"), nullptr);
  EXPECT_TRUE(FindController("lia")->coupled);
}

// Every controller, whatever its algorithm, keeps these promises.
class AnyController : public testing::TestWithParam<ControllerInfo> {
 protected:
  AnyController() { GetParam().make(slot_, {.mss = kTestMss}, group_); }
  Group group_;
  ControllerSlot slot_;
};

TEST_P(AnyController, NamesItselfAsRegistered) { EXPECT_EQ(slot_->name(), GetParam().name); }

TEST_P(AnyController, StartsWithTheInitialWindow) { EXPECT_EQ(slot_->control().cwnd, Segments(10)); }

TEST_P(AnyController, LossShrinksAndTimeoutLeavesOneSegment) {
  slot_->OnCongestionEvent(LossOf(*slot_));
  EXPECT_LT(slot_->control().cwnd, Segments(10));
  EXPECT_EQ(slot_->control().cwnd, slot_->control().ssthresh);
  slot_->OnRto(Instant(), slot_->control().cwnd, true);
  EXPECT_EQ(slot_->control().cwnd, Segments(1));
}

TEST_P(AnyController, KeepsAtLeastOneSegmentThroughAnything) {
  Instant now;
  for (int i = 0; i < 200; ++i) {
    now = now + Duration::Millis(37);
    switch (i * 7 % 6) {
      case 0: slot_->OnCongestionEvent(LossOf(*slot_, now)); break;
      case 1: slot_->OnRto(now, slot_->control().cwnd, i % 2 == 0); break;
      case 2: slot_->OnSpuriousLoss(now); break;
      case 3: slot_->OnIdle(now, Duration::Seconds(1), Bytes()); break;
      case 4: slot_->LimitWindow(Bytes(i), Bytes(i)); break;
      default: slot_->OnAck(Ack(now, Segments(i))); break;
    }
    ASSERT_GE(slot_->control().cwnd, Segments(1)) << i;
    ASSERT_GE(slot_->control().ssthresh, Segments(1)) << i;
    ASSERT_LT(slot_->control().cwnd, Bytes::MiB(64)) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Registered, AnyController, testing::ValuesIn(Controllers().begin(), Controllers().end()),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace mptcpp::congestion
