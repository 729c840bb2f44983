// SPDX-License-Identifier: Apache-2.0
// F-RTO with SACK (RFC 5682 3.1), for connections without timestamps: after a timeout the first ACK lets new data out instead of
// retransmissions, and the second one decides.
#include "tcp/sender_for_testing.h"

namespace mptcpp::tcp {
namespace {

class FRtoTest : public SenderTest {
 protected:
  void SetUp() override {
    Establish();
    SetWindow(10);
    SendSegments(10);
    sender->SetDataWaiting(true);
    EXPECT_TRUE(WaitForDeadline().tlp);
    WaitForDeadline();  // no new data for the tail loss probe: the last segment goes again
    Retransmit();
    EXPECT_TRUE(WaitForDeadline().rto);
    EXPECT_EQ(Retransmit(), "0+1000");
    SetWindow(2);
  }
};

TEST_F(FRtoTest, TheSecondAckProvesTheTimeoutSpurious) {
  Pass(1);
  Ack(1000);  // of the original, or of its copy: nobody knows
  EXPECT_EQ(Retransmit(), "-") << "new data goes first";
  EXPECT_GE(sender->NewDataAllowance(now), Bytes(kTestMss));
  SendSegments(1);
  Pass(1);
  EXPECT_EQ(Retransmit(), "-");
  Ack(2000);  // this one was not sent again
  EXPECT_EQ(controller().spurious, 1);
  EXPECT_EQ(controller().control().cwnd, Bytes(10'000));
  EXPECT_EQ(counters[Counter::kSpuriousTimeouts], 1u);
  EXPECT_EQ(Retransmit(), "-");
  EXPECT_FALSE(sender->in_recovery());
}

TEST_F(FRtoTest, ADuplicateAsSecondAckLetsTheRepairGoOn) {
  Pass(40);
  Ack(1000);
  SendSegments(2);
  Pass(40);
  Ack(1000, {{10'000, 11'000}});
  EXPECT_EQ(Retransmit(1000), "1000+1000");
  EXPECT_EQ(controller().spurious, 0);
  EXPECT_TRUE(sender->in_recovery());
}

TEST_F(FRtoTest, ADuplicateAsFirstAckLetsTheRepairGoOn) {
  Pass(1);
  Ack(0, {{1000, 2000}});
  EXPECT_EQ(Retransmit(1000), "2000+1000");
  EXPECT_EQ(controller().spurious, 0);
}

TEST_F(FRtoTest, WithoutNewDataTheRepairGoesOn) {
  sender->SetDataWaiting(false);
  Pass(40);
  Ack(1000);
  EXPECT_EQ(Retransmit(1000), "1000+1000");
}

// There was new data, but the peer's window or the scheduler did not let it out here.
TEST_F(FRtoTest, NewDataThatDoesNotLeaveIsNotWaitedFor) {
  Pass(40);
  Ack(1000);
  EXPECT_EQ(Retransmit(1000), "-");
  WaitForDeadline();
  EXPECT_EQ(Retransmit(1000), "1000+1000");
  EXPECT_GT(sender->NextDeadline(), now);
}

}  // namespace
}  // namespace mptcpp::tcp
