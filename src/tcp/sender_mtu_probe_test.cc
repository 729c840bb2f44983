// SPDX-License-Identifier: Apache-2.0
// Probes of the path MTU as the sender sees them (RFC 8899 3, RFC 4821 7.5): their loss is found like any other, costs no window,
// and what they carried goes again in segments that fit.
#include "tcp/sender_for_testing.h"

namespace mptcpp::tcp {
namespace {

using Fate = Sender::ProbeFate;
constexpr std::uint32_t kProbe = 1400;

class MtuProbeTest : public SenderTest {
 protected:
  void SetUp() override {
    Establish();
    SetWindow(20);
  }
  void SendProbe() {
    ASSERT_TRUE(sender->MayProbeMtu(kProbe));
    sender->OnSentNew({.offset = sender->stream_offset_sent(), .length = kProbe}, false, false, false, now, true);
    EXPECT_FALSE(sender->MayProbeMtu(kProbe)) << "one at a time";
    Check();
  }
};

TEST_F(MtuProbeTest, Arrives) {
  SendProbe();
  SendSegments(2);
  Pass(40);
  Ack(kProbe);
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kDelivered);
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kUnknown) << "told once";
  EXPECT_TRUE(sender->MayProbeMtu(kProbe));
}

TEST_F(MtuProbeTest, ArrivesAsASackSays) {
  SendSegments(1);
  SendProbe();
  SendSegments(2);
  Pass(40);
  Ack(0, {{1000, 1000 + kProbe}});
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kDelivered);
}

TEST_F(MtuProbeTest, ItsLossCostsNoWindow) {
  SendProbe();
  SendSegments(5);
  Pass(40);
  EXPECT_FALSE(Ack(0, {{kProbe, kProbe + 5000}}).loss_marked);
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kLost);
  EXPECT_TRUE(controller().congestion.empty());
  EXPECT_FALSE(sender->in_recovery());
  EXPECT_EQ(sender->WindowAllowance(), Bytes(20 * kTestMss));
  EXPECT_EQ(Retransmit(kTestMss), "0+1000");
  EXPECT_EQ(Retransmit(kTestMss), "1000+400");
  Pass(40);
  Ack(kProbe + 5000);
  EXPECT_TRUE(controller().congestion.empty());
  EXPECT_EQ(controller().timeouts, 0);
}

TEST_F(MtuProbeTest, ARealLossBesideItCountsAsEver) {
  SendProbe();
  SendSegments(6);
  Pass(40);
  EXPECT_TRUE(Ack(0, {{kProbe + 1000, kProbe + 6000}}).loss_marked);
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kLost);
  EXPECT_EQ(controller().congestion.size(), 1u);
  EXPECT_EQ(controller().congestion[0].newly_lost, Bytes(1000)) << "the probe is not blamed";
  EXPECT_TRUE(sender->in_recovery());
}

// Nothing came behind it: the tail loss probe repeats its end, and what that repairs is no hidden congestion (RFC 8985 7.4.2).
TEST_F(MtuProbeTest, ALostTailIsFoundByTheTailLossProbe) {
  SendProbe();
  EXPECT_TRUE(WaitForDeadline().tlp);
  EXPECT_EQ(Retransmit(), "1000+400");
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kLost);
  Pass(40);
  Ack(0, {{1000, kProbe}});
  EXPECT_EQ(Retransmit(), "0+1000");
  Pass(40);
  Send(1000);
  Ack(kProbe);
  Pass(40);
  Ack(kProbe + 1000);
  EXPECT_TRUE(controller().congestion.empty());
  EXPECT_EQ(controller().timeouts, 0);
}

TEST_F(MtuProbeTest, ATimeoutEndsIt) {
  SendProbe();
  EXPECT_TRUE(WaitForDeadline().tlp);
  Retransmit();
  EXPECT_TRUE(WaitForDeadline().rto);
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kLost);
  EXPECT_EQ(controller().timeouts, 1) << "silence of everything is one (RFC 4821 7.6.2)";
}

TEST_F(MtuProbeTest, ARouterThatRefusedItIsBelievedAtOnce) {
  SendProbe();
  SendSegments(2);
  sender->OnMtuProbeTooBig(now);
  Check();
  EXPECT_EQ(sender->TakeMtuProbeFate(), Fate::kLost);
  EXPECT_EQ(Retransmit(kTestMss), "0+1000");
  EXPECT_TRUE(controller().congestion.empty());
}

TEST_F(MtuProbeTest, NoneWhileSomethingIsRepaired) {
  SendSegments(5);
  Pass(40);
  Ack(0, {{1000, 4000}});
  EXPECT_FALSE(sender->MayProbeMtu(kProbe));
}

TEST_F(MtuProbeTest, NoneWithoutRoomBehindIt) {
  SetWindow(3);
  EXPECT_FALSE(sender->MayProbeMtu(kProbe));
  SetWindow(4);
  EXPECT_TRUE(sender->MayProbeMtu(kProbe));
}

}  // namespace
}  // namespace mptcpp::tcp
