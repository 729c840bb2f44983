// SPDX-License-Identifier: Apache-2.0
// Loss recovery with SACK, and without.
#include "tcp/sender.h"

#include "tcp/sender_for_testing.h"

namespace mptcpp::tcp {
namespace {

class SenderSackTest : public SenderTest {};
class SenderNewRenoTest : public SenderTest {
 protected:
  void Begin() {
    Establish();
    sender->SetSackPermitted(false);
  }
};

// S000-7 of the figures, with its sequence numbers put right: five segments of four bytes, the first one lost.
TEST_F(SenderSackTest, TheThirdSackRepeatsTheHole) {
  Establish();
  for (int i = 0; i < 5; ++i) Send(4);
  Pass(40);
  EXPECT_FALSE(Ack(0, {{4, 8}}).loss_marked);
  EXPECT_FALSE(Ack(0, {{4, 12}}).loss_marked);
  EXPECT_TRUE(Ack(0, {{4, 16}}).loss_marked);
  EXPECT_EQ(Retransmit(), "0+4");
  EXPECT_FALSE(Ack(0, {{4, 20}}).loss_marked);
  EXPECT_EQ(Retransmit(), "-");
  EXPECT_EQ(sender->in_flight(), Bytes(4));
  Pass(40);
  EXPECT_TRUE(Ack(20).advanced);
  EXPECT_FALSE(sender->HasOutstanding());
  EXPECT_FALSE(sender->in_recovery());
  EXPECT_EQ(controller().congestion.size(), 1u);
}

TEST_F(SenderSackTest, ASuperSegmentIsCutOnlyAtItsHoles) {
  Establish();
  SetWindow(40);
  Send(40 * kTestMss);
  Pass(40);
  // Segments 10 and 20 are lost.
  Ack(10'000);
  Ack(10'000, {{11'000, 12'000}});
  for (int i = 13; i <= 20; ++i) Ack(10'000, {{11'000, static_cast<std::uint64_t>(i) * 1000}});
  for (int i = 22; i <= 40; ++i) Ack(10'000, {{21'000, static_cast<std::uint64_t>(i) * 1000}, {11'000, 20'000}});
  EXPECT_EQ(Retransmit(), "10000+1000");
  EXPECT_EQ(Retransmit(), "20000+1000");
  EXPECT_EQ(Retransmit(), "-");
  EXPECT_EQ(sender->in_flight(), Bytes(2000));
  Pass(40);
  Ack(20'000, {{21'000, 40'000}});
  Ack(40'000);
  EXPECT_EQ(upper.acknowledged, 40'000u);
  EXPECT_EQ(controller().congestion.size(), 1u);
  EXPECT_EQ(controller().congestion[0].in_flight, Bytes(30'000));
}

TEST_F(SenderSackTest, NeighbouringHolesLeaveAsOneSuperSegment) {
  Establish();
  SetWindow(20);
  SendSegments(20);
  Pass(40);
  Ack(0, {{8000, 20'000}});
  EXPECT_EQ(Retransmit(), "0+8000");  // PRR: 12 delivered, a window of 10
}

TEST_F(SenderSackTest, RangesThatDoNotContinueAreSentApart) {
  Establish();
  SetWindow(10);
  sender->OnSentNew({.offset = 0, .length = 1000}, false, false, false, now);
  sender->OnSentNew({.offset = 50'000, .length = 1000}, false, false, false, now);
  sender->OnSentNew({.offset = 51'000, .length = 1000}, false, false, false, now);
  sender->OnSentNew({.offset = 52'000, .length = 3000}, false, false, false, now);
  Pass(40);
  const wire::SackBlock block{At(3000), At(6000)};
  sender->OnAck({.ack = At(0), .sack = std::span(&block, 1), .arrival = now}, now);
  auto order = sender->NextRetransmission(60'000, now);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->payload.length, 1000u);
  sender->OnRetransmitted(*order, now);
  order = sender->NextRetransmission(60'000, now);
  ASSERT_TRUE(order);
  EXPECT_EQ(order->payload.offset, 50'000u);
  EXPECT_EQ(order->stream_offset, 1000u);
  EXPECT_EQ(order->payload.length, 2000u);
}

TEST_F(SenderSackTest, TheWindowComesDownInProportion) {
  Establish();
  SetWindow(20);
  SendSegments(20);
  Pass(40);
  int sent = 0;
  for (int i = 2; i <= 20; ++i) {
    Ack(0, {{1000, static_cast<std::uint64_t>(i) * 1000}});
    while (Retransmit() != "-") ++sent;
    while (sender->NewDataAllowance(now) >= Bytes(kTestMss) && ++sent < 1000) Send(kTestMss);
  }
  EXPECT_EQ(sender->in_flight(), Bytes(10 * kTestMss));
  EXPECT_NEAR(sent, 10, 1);
}

TEST_F(SenderSackTest, ReorderingWaitsAQuarterOfARoundTrip) {
  Establish();
  SendSegments(2);
  Pass(40);
  EXPECT_FALSE(Ack(0, {{1000, 2000}}).loss_marked);
  EXPECT_EQ(sender->NextDeadline(), now + Duration::Millis(10));
  Pass(5);
  Ack(2000);
  EXPECT_EQ(sender->NextDeadline(), Instant::Infinite());
  EXPECT_TRUE(controller().congestion.empty());
}

TEST_F(SenderSackTest, ALostRetransmissionIsFoundWithoutATimeout) {
  Establish();
  SetWindow(20);
  SendSegments(10);
  Pass(40);
  Ack(0, {{1000, 10'000}});
  EXPECT_EQ(Retransmit(), "0+1000");
  Pass(1);
  Send(kTestMss);
  Pass(40);
  EXPECT_TRUE(Ack(0, {{1000, 11'000}}).loss_marked);
  EXPECT_EQ(Retransmit(), "0+1000");
  EXPECT_EQ(controller().congestion.size(), 1u) << "one reduction per episode";
}

TEST_F(SenderSackTest, DsackUndoesARecovery) {
  Establish();
  SetWindow(10);
  SendSegments(5);
  Pass(40);
  Ack(0, {{1000, 4000}});
  EXPECT_EQ(Retransmit(), "0+1000");
  EXPECT_EQ(controller().control().cwnd, Bytes(5000));
  Pass(5);
  Ack(5000);  // the original was only late
  Pass(35);
  Ack(5000, {{0, 1000}});
  EXPECT_EQ(controller().spurious, 1);
  EXPECT_EQ(controller().control().cwnd, Bytes(10'000));
  EXPECT_EQ(counters[Counter::kDsackRx], 1u);
  EXPECT_EQ(counters[Counter::kSpuriousRecoveries], 1u);
  EXPECT_EQ(counters[Counter::kDsackUndo], 1u);
}

TEST_F(SenderSackTest, AnOldTimestampUndoesARecovery) {
  Establish();
  sender->SetTimestamps(true);
  SetWindow(10);
  echo = TimestampAt(now);
  SendSegments(5);
  Pass(40);
  Ack(0, {{1000, 4000}});
  EXPECT_EQ(Retransmit(), "0+1000");
  Pass(5);
  Ack(4000);
  EXPECT_EQ(controller().spurious, 1);
  EXPECT_EQ(counters[Counter::kEifelUndo], 1u);
  EXPECT_FALSE(sender->in_recovery());
}

TEST_F(SenderSackTest, ATimestampOfTheRetransmissionDoesNot) {
  Establish();
  sender->SetTimestamps(true);
  SendSegments(5);
  Pass(40);
  Ack(0, {{1000, 4000}});
  Retransmit();
  echo = TimestampAt(now);
  Pass(40);
  Ack(5000);
  EXPECT_EQ(controller().spurious, 0);
}

TEST_F(SenderSackTest, ADelaySpikeIsNoLoss) {
  Establish();
  SetWindow(10);
  SendSegments(10);
  EXPECT_TRUE(WaitForDeadline().tlp);
  Retransmit();
  EXPECT_TRUE(WaitForDeadline().rto);
  EXPECT_EQ(Retransmit(), "0+1000");
  EXPECT_EQ(controller().control().cwnd, Bytes(1000));
  Pass(100);
  Ack(2000);  // the second segment was presumed lost, and not sent again
  EXPECT_EQ(controller().spurious, 1);
  EXPECT_EQ(controller().control().cwnd, Bytes(10'000));
  EXPECT_EQ(counters[Counter::kSpuriousTimeouts], 1u);
  EXPECT_EQ(Retransmit(), "-");
  EXPECT_FALSE(sender->in_recovery());
}

TEST_F(SenderSackTest, ARealTimeoutIsNotUndone) {
  Establish();
  SetWindow(10);
  SendSegments(3);
  WaitForDeadline();
  Retransmit();
  WaitForDeadline();
  EXPECT_EQ(Retransmit(), "0+1000");
  Pass(40);
  Ack(1000);
  EXPECT_EQ(Retransmit(), "1000+1000");
  Pass(40);
  Ack(3000);
  EXPECT_EQ(controller().spurious, 0);
  EXPECT_EQ(controller().timeouts, 1);
  EXPECT_FALSE(sender->in_recovery());
}

TEST_F(SenderSackTest, RenegingIsRepairedByTheTimeout) {
  Establish();
  SetWindow(10);
  SendSegments(4);
  Pass(40);
  Ack(0, {{1000, 4000}});
  EXPECT_EQ(Retransmit(), "0+1000");
  Pass(40);
  Ack(1000);  // and the SACKed data is gone
  EXPECT_EQ(sender->in_flight(), Bytes());
  EXPECT_TRUE(WaitForDeadline().rto);
  EXPECT_EQ(Retransmit(), "1000+1000");
  Pass(40);
  SetWindow(10);
  Ack(2000);
  EXPECT_EQ(Retransmit(), "2000+2000");
  Pass(40);
  Ack(4000);
  EXPECT_EQ(upper.acknowledged, 4000u);
  EXPECT_EQ(controller().spurious, 0);
}

TEST_F(SenderSackTest, NonsenseBlocksAreIgnored) {
  Establish();
  SendSegments(4);
  Ack(0, {{3000, 2000}, {2000, 9000}, {5000, 6000}});
  EXPECT_EQ(sender->in_flight(), Bytes(4000));
}

TEST_F(SenderSackTest, APeerThatSacksByteByByteDoesNotMakeARecordOfEach) {
  Establish();
  SetWindow(100);
  Send(60'000);
  for (std::uint64_t i = 1; i < 50'000; i += 2) Ack(0, {{i, i + 1}});
  int pieces = 0;
  sender->VisitOutstanding([&](PayloadRange) { ++pieces; });
  EXPECT_LT(pieces, 600);
  Ack(60'000);
  EXPECT_EQ(upper.acknowledged, 60'000u);
}

TEST_F(SenderSackTest, AFinIsRepairedLikeData) {
  Establish();
  SendSegments(1);
  sender->OnSentNew({.offset = 1000, .length = 0}, false, true, false, now);
  WaitForDeadline();
  EXPECT_EQ(Retransmit(), "1000+0F");
  WaitForDeadline();
  EXPECT_EQ(Retransmit(), "0+1000");
}

TEST_F(SenderNewRenoTest, TheThirdDuplicateRepeatsTheFirstSegment) {
  Begin();
  SetWindow(10);
  Send(10 * kTestMss);
  Pass(40);
  Ack(0);
  EXPECT_EQ(sender->WindowAllowance(), Bytes(1000)) << "limited transmit (RFC 3042)";
  Ack(0);
  EXPECT_TRUE(Ack(0).loss_marked);
  EXPECT_EQ(Retransmit(), "0+1000");
  EXPECT_EQ(Retransmit(), "-");
  for (int i = 0; i < 6; ++i) Ack(0);
  Pass(40);
  Ack(10'000);
  EXPECT_FALSE(sender->in_recovery());
  EXPECT_EQ(controller().congestion.size(), 1u);
}

TEST_F(SenderNewRenoTest, APartialAckNamesTheNextHole) {
  Begin();
  SetWindow(10);
  SendSegments(10);
  Pass(40);
  for (int i = 0; i < 8; ++i) Ack(0);
  EXPECT_EQ(Retransmit(), "0+1000");
  Pass(40);
  EXPECT_TRUE(Ack(4000).loss_marked);
  EXPECT_EQ(Retransmit(), "4000+1000");
  Pass(40);
  Ack(10'000);
  EXPECT_FALSE(sender->in_recovery());
  EXPECT_EQ(controller().congestion.size(), 1u);
}

TEST_F(SenderNewRenoTest, WhatIsNoDuplicateDoesNotCount) {
  Begin();
  SendSegments(5);
  for (int i = 0; i < 5; ++i) {
    sender->OnAck({.ack = At(0), .has_payload = true, .arrival = now}, now);
    sender->OnAck({.ack = At(0), .window_changed = true, .arrival = now}, now);
    sender->OnAck({.ack = At(0), .counts_as_duplicate = false, .arrival = now}, now);  // RFC 8684 3
  }
  EXPECT_EQ(Retransmit(), "-");
  EXPECT_EQ(sender->in_flight(), Bytes(5000));
}

TEST_F(SenderNewRenoTest, DuplicatesAfterATimeoutAreItsOwnDoing) {
  Begin();
  SetWindow(10);
  SendSegments(5);
  WaitForDeadline();
  Retransmit();
  Pass(40);
  SetWindow(10);
  Ack(2000);
  Retransmit();
  Pass(40);
  Ack(5000);
  SendSegments(5);
  for (int i = 0; i < 3; ++i) Ack(5000);  // of segments that were sent twice (RFC 6582 4.1)
  EXPECT_TRUE(controller().congestion.empty());
}

}  // namespace
}  // namespace mptcpp::tcp
