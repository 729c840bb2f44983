// SPDX-License-Identifier: Apache-2.0
#include "tcp/tail_loss_probe.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

using Want = TailLossProbe::Want;

TEST(TailLossProbe, WaitsForADelayedAckOnlyWhenOneSegmentIsOut) {
  EXPECT_EQ(TailLossProbe::Timeout(Duration::Millis(50), true), Duration::Millis(300));
  EXPECT_LT(TailLossProbe::Timeout(Duration::Millis(50), false), Duration::Millis(105));
}

TEST(TailLossProbe, PrefersNewDataButDoesNotWaitForItForever) {
  TailLossProbe tlp;
  tlp.Expire(true);
  EXPECT_EQ(tlp.want(), Want::kNewData);
  EXPECT_FALSE(tlp.MayProbe());
  tlp.Expire(true);
  EXPECT_EQ(tlp.want(), Want::kRetransmission);
}

TEST(TailLossProbe, OneProbeUntilItIsAnsweredAndARoundTripWasMeasured) {
  TailLossProbe tlp;
  tlp.Expire(false);
  tlp.OnSent(SeqNum(1000), true);
  EXPECT_FALSE(tlp.MayProbe());
  EXPECT_TRUE(tlp.OnAck({.ack = SeqNum(1001), .progress = true}));
  EXPECT_FALSE(tlp.MayProbe());
  tlp.OnRttSample();
  EXPECT_TRUE(tlp.MayProbe());
}

TEST(TailLossProbe, TellsLossFromDuplicate) {
  for (const bool dsack : {false, true}) {
    TailLossProbe tlp;
    tlp.Expire(false);
    tlp.OnSent(SeqNum(1000), true);
    EXPECT_FALSE(tlp.OnAck({.ack = SeqNum(1000), .progress = true}));  // original or probe, who knows
    EXPECT_EQ(tlp.OnAck({.ack = SeqNum(1500), .progress = true, .dsack_of_probe = dsack}), !dsack);
    EXPECT_FALSE(tlp.in_progress());
  }
}

TEST(TailLossProbe, ABareDuplicateMeansThatBothArrived) {
  TailLossProbe tlp;
  tlp.Expire(false);
  tlp.OnSent(SeqNum(1000), true);
  EXPECT_FALSE(tlp.OnAck({.ack = SeqNum(1000), .bare_duplicate = true}));
  EXPECT_FALSE(tlp.OnAck({.ack = SeqNum(1500), .progress = true}));
}

TEST(TailLossProbe, NewDataIsNoRetransmission) {
  TailLossProbe tlp;
  tlp.Expire(true);
  tlp.OnSent(SeqNum(1000), false);
  EXPECT_FALSE(tlp.OnAck({.ack = SeqNum(1500), .progress = true}));
  EXPECT_FALSE(tlp.in_progress());
}

}  // namespace
}  // namespace mptcpp::tcp
