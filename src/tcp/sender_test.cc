// SPDX-License-Identifier: Apache-2.0
// Handshake, windows, timers.
#include "tcp/sender.h"

#include "tcp/sender_for_testing.h"

namespace mptcpp::tcp {
namespace {

TEST_F(SenderTest, TheHandshakeMeasuresTheRoundTrip) {
  Establish(Duration::Millis(80));
  EXPECT_EQ(sender->smoothed_rtt(), Duration::Millis(80));
  EXPECT_EQ(sender->rto(), Duration::Millis(280));
  EXPECT_FALSE(sender->HasOutstanding());
  EXPECT_EQ(sender->NextDeadline(), Instant::Infinite());
  EXPECT_TRUE(controller().acks.empty()) << "a SYN says nothing about the window";
}

TEST_F(SenderTest, ASynIsSentAgainAfterOneTwoFourSeconds) {
  Make();
  const Instant begin = now;
  sender->OnSentNew({}, true, false, false, now);
  for (const int at : {1, 3, 7, 15}) {
    EXPECT_TRUE(WaitForDeadline().rto);
    EXPECT_EQ(now - begin, Duration::Seconds(at));
    EXPECT_EQ(Retransmit(), "SYN");
    EXPECT_EQ(Retransmit(), "-");
  }
  EXPECT_EQ(sender->consecutive_timeouts(), 4u);
  EXPECT_EQ(controller().timeouts, 0);
}

TEST_F(SenderTest, AfterALostSynTheWindowIsOneSegmentAndTheTimeoutThreeSeconds) {
  Make();
  sender->OnSentNew({}, true, false, false, now);
  WaitForDeadline();
  Retransmit();
  Pass(40);
  EXPECT_TRUE(Ack(0).syn_acked);
  EXPECT_EQ(sender->rto(), Duration::Seconds(3));  // RFC 6298 5.7; Karn: no sample
  EXPECT_EQ(sender->WindowAllowance(), Bytes(kTestMss));
  EXPECT_EQ(sender->consecutive_timeouts(), 0u);
  Send(100);
  Pass(40);
  Ack(100);
  EXPECT_EQ(sender->smoothed_rtt(), Duration::Millis(40));
}

TEST_F(SenderTest, WindowsAreForWhatIsInFlight) {
  Establish();
  SetWindow(10);
  EXPECT_EQ(sender->NewDataAllowance(now), Bytes(10 * kTestMss));
  Send(6 * kTestMss);  // one super-segment
  EXPECT_EQ(sender->NewDataAllowance(now), Bytes(4 * kTestMss));
  Pass(40);
  Ack(2 * kTestMss);
  EXPECT_EQ(sender->NewDataAllowance(now), Bytes(6 * kTestMss));
  EXPECT_EQ(upper.acknowledged, 2u * kTestMss);
  SetWindow(1);
  EXPECT_EQ(sender->NewDataAllowance(now), Bytes());
}

TEST_F(SenderTest, FinIsAcknowledgedByItsOwnNumber) {
  Establish();
  Send(4);
  sender->OnSentNew({}, false, true, false, now);
  EXPECT_FALSE(Ack(4).fin_acked);
  EXPECT_TRUE(sender->HasOutstanding());
  EXPECT_TRUE(Ack(5).fin_acked);
  EXPECT_FALSE(sender->HasOutstanding());
}

// S000-6 of the figures: a segment is lost, the timer repeats it, doubled the second time; no sample without timestamps.
TEST_F(SenderTest, TheRetransmissionTimerRepeatsTheFirstSegment) {
  Establish();
  sender->SetSackPermitted(false);  // no tail loss probe
  const Duration rto = sender->rto();
  const Instant sent = now;
  Send(4);
  EXPECT_TRUE(WaitForDeadline().rto);
  EXPECT_EQ(now - sent, rto);
  EXPECT_EQ(Retransmit(), "0+4");
  EXPECT_TRUE(WaitForDeadline().rto);
  EXPECT_EQ(now - sent, rto * 3);
  EXPECT_EQ(Retransmit(), "0+4");
  EXPECT_EQ(sender->consecutive_timeouts(), 2u);
  EXPECT_EQ(controller().timeouts, 2);
  const Duration smoothed = sender->smoothed_rtt();
  Pass(500);
  EXPECT_TRUE(Ack(4).advanced);
  EXPECT_EQ(sender->smoothed_rtt(), smoothed);
  EXPECT_EQ(sender->rto(), rto * 4) << "the back-off stays until there is a sample";
  EXPECT_EQ(sender->consecutive_timeouts(), 0u);
  EXPECT_EQ(counters[Counter::kTimeouts], 2u);
  EXPECT_EQ(counters[Counter::kSegmentsRetransmitted], 2u);
}

TEST_F(SenderTest, AtATimeoutOneSegmentGoesOfASuperSegment) {
  Establish();
  sender->SetSackPermitted(false);
  Send(10 * kTestMss);
  WaitForDeadline();
  EXPECT_EQ(Retransmit(), "0+1000");
  EXPECT_EQ(Retransmit(), "-");
  Pass(40);
  SetWindow(2);
  Ack(kTestMss);
  EXPECT_EQ(Retransmit(), "1000+2000");  // one super-segment again
}

TEST_F(SenderTest, TimestampsGiveASampleForARetransmission) {
  Establish();
  sender->SetTimestamps(true);
  sender->SetSackPermitted(false);
  Send(4);
  WaitForDeadline();
  Retransmit();
  echo = TimestampAt(now);
  const Duration backed_off = sender->rto();
  Pass(60);
  Ack(4);
  EXPECT_LT(sender->rto(), backed_off);
  EXPECT_GT(sender->smoothed_rtt(), Duration::Millis(40));
}

TEST_F(SenderTest, TheTimerRestartsWithEveryAdvance) {
  Establish();
  sender->SetSackPermitted(false);
  SendSegments(3);
  EXPECT_EQ(sender->NextDeadline(), now + sender->rto());
  Pass(40);
  Ack(kTestMss);
  EXPECT_EQ(sender->first_unacked_since(), now);
  EXPECT_EQ(sender->NextDeadline(), now + sender->rto());
}

TEST_F(SenderTest, ATailLossProbeRepeatsTheLastSegment) {
  Establish();
  SendSegments(3);
  const Instant sent = now;
  const Sender::Expired expired = WaitForDeadline();
  EXPECT_TRUE(expired.tlp);
  EXPECT_FALSE(expired.rto);
  EXPECT_LT(now - sent, Duration::Millis(85));  // 2 SRTT and a little
  EXPECT_FALSE(sender->WantsProbeData());
  EXPECT_EQ(Retransmit(), "2000+1000");
  EXPECT_EQ(Retransmit(), "-");
  EXPECT_EQ(counters[Counter::kTailLossProbes], 1u);
  // The tail was lost: the probe's SACK tells what is missing, and only that.
  Pass(40);
  EXPECT_TRUE(Ack(0, {{2000, 3000}}).loss_marked);
  EXPECT_EQ(Retransmit(), "0+1000");
  EXPECT_EQ(controller().timeouts, 0);
}

TEST_F(SenderTest, ATailLossProbeTakesTheEndOfASuperSegment) {
  Establish();
  Send(2500);
  WaitForDeadline();
  EXPECT_EQ(Retransmit(), "2000+500");
}

TEST_F(SenderTest, ATailLossProbePrefersNewData) {
  Establish();
  SetWindow(2);
  SendSegments(2);
  sender->SetDataWaiting(true);
  EXPECT_TRUE(WaitForDeadline().tlp);
  EXPECT_TRUE(sender->WantsProbeData());
  EXPECT_EQ(Retransmit(), "-");
  Send(kTestMss);
  EXPECT_FALSE(sender->WantsProbeData());
  EXPECT_EQ(counters[Counter::kTailLossProbes], 1u);
}

TEST_F(SenderTest, ATailLossProbeDoesNotWaitLongForNewData) {
  Establish();
  SendSegments(2);
  sender->SetDataWaiting(true);
  EXPECT_TRUE(WaitForDeadline().tlp);
  EXPECT_FALSE(WaitForDeadline().tlp) << "told once";
  EXPECT_FALSE(sender->WantsProbeData());
  EXPECT_EQ(Retransmit(), "1000+1000");
}

TEST_F(SenderTest, AProbeThatRepairedALossReducesTheWindow) {
  Establish();
  SetWindow(10);
  SendSegments(2);
  WaitForDeadline();
  Retransmit();
  sender->SetDataWaiting(false);
  Pass(10);
  Send(kTestMss);
  Pass(30);
  Ack(3000);
  EXPECT_EQ(controller().congestion.size(), 1u);
}

TEST_F(SenderTest, AfterTheProbeTheTimeoutFollows) {
  Establish();
  SendSegments(2);
  WaitForDeadline();
  Retransmit();
  const Instant probe = now;
  EXPECT_TRUE(WaitForDeadline().rto);
  EXPECT_EQ(now - probe, Duration::Millis(240));
  EXPECT_EQ(Retransmit(), "0+1000");
}

TEST_F(SenderTest, IdleTimeRestartsTheWindow) {
  Establish();
  SetWindow(100);
  SendSegments(1);
  Pass(40);
  Ack(1000);
  Pass(100);
  EXPECT_EQ(sender->NewDataAllowance(now), Bytes(100 * kTestMss));
  Pass(10'000);
  EXPECT_EQ(sender->NewDataAllowance(now), Bytes(10 * kTestMss)) << "the restart window";
  SendSegments(1);
  EXPECT_EQ(controller().idle, 1);
}

// RFC 7661 4.4.3 and 4.4.2: a window that stays unused gives way, and a loss then starts from what was used.
// Covers: CC-11
TEST_F(SenderTest, AWindowThatIsNotUsedGivesWay) {
  Establish();
  SetWindow(100);
  for (int i = 0; i < 302; ++i) {
    for (int k = 0; k < 10; ++k) {
      SendSegments(2);
      Pass(100);
      Ack(sender->stream_offset_sent());
    }
  }
  EXPECT_EQ(controller().long_unused, 1);
  EXPECT_EQ(counters[Counter::kWindowDecays], 1u);
  const std::uint64_t sent = sender->stream_offset_sent();
  SendSegments(1);
  Pass(1);
  SendSegments(5);
  Pass(99);
  Ack(sent, {{sent + 1000, sent + 6000}});
  EXPECT_EQ(controller().congestion.at(0).in_flight, Bytes(6000)) << "not the hundred segments";
}

// Covers: CC-11
TEST_F(SenderTest, ALossInAnUnusedWindowLeavesHalfOfWhatWasUsed) {
  Establish();
  SetWindow(100);
  for (int i = 0; i < 10; ++i) {
    SendSegments(8);
    Pass(100);
    Ack(sender->stream_offset_sent());
  }
  const std::uint64_t sent = sender->stream_offset_sent();
  SendSegments(4);
  Pass(100);
  Ack(sent, {{sent + 1000, sent + 4000}});
  EXPECT_EQ(controller().congestion.at(0).in_flight, Bytes(8000)) << "pipeACK";
  EXPECT_EQ(Retransmit(), std::to_string(sent) + "+1000");
  Pass(100);
  Ack(sent + 4000);
  EXPECT_EQ(controller().control().cwnd, Bytes(3500)) << "(max(pipeACK, flight) - R) / 2";
}

TEST_F(SenderTest, TheControllerHearsOnceOfEveryByte) {
  Establish();
  SendSegments(4);
  Pass(40);
  Ack(0, {{1000, 2000}});
  Ack(2000);
  Ack(4000);
  Bytes acked;
  for (const auto& sample : controller().acks) acked += sample.acked;
  EXPECT_EQ(acked, Bytes(4000));
  EXPECT_EQ(controller().acks.back().delivered, Bytes(4000));
  EXPECT_EQ(controller().acks.back().in_flight, Bytes());
}

// Covers: CC-11
TEST_F(SenderTest, SaysWhetherTheWindowWasTheLimit) {
  Establish();
  SetWindow(4);
  SendSegments(4);
  Pass(40);
  Ack(1000);
  EXPECT_TRUE(controller().acks.back().cwnd_limited);
  SetWindow(100);
  controller().OnCongestionEvent({});  // out of slow start
  Send(100);
  Pass(40);
  Ack(4100);
  Send(100);
  Pass(40);
  Ack(4200);
  EXPECT_FALSE(controller().acks.back().cwnd_limited);
}

TEST_F(SenderTest, RoundsAreCountedByWhatWasSentAfterTheLast) {
  Establish();
  SendSegments(2);
  Pass(40);
  Ack(1000);
  EXPECT_TRUE(controller().acks.back().round_start);
  SendSegments(2);
  Ack(2000);
  EXPECT_FALSE(controller().acks.back().round_start);
  Ack(3000);
  EXPECT_TRUE(controller().acks.back().round_start);
}

TEST_F(SenderTest, DeliveryRateIsWhatThePathCarried) {
  Establish();
  SetWindow(100);
  for (int round = 0; round < 3; ++round) {
    SendSegments(10);
    Pass(40);
    Ack(sender->stream_offset_sent());
  }
  EXPECT_NEAR(controller().acks.back().delivery_rate.bytes_per_second(), 10'000 / 0.040, 1000);
}

TEST_F(SenderTest, PacingSpreadsAWindowAndNamesTheRelease) {
  options.pacing = true;
  Establish();
  SetWindow(100);
  Send(1000);
  Pass(40);
  Ack(1000);
  ASSERT_FALSE(sender->pacing_rate().IsInfinite());
  sender->SetDataWaiting(true);
  Bytes burst;
  while (sender->NewDataAllowance(now) >= Bytes(kTestMss)) {
    Send(kTestMss);
    burst += Bytes(kTestMss);
  }
  EXPECT_LT(burst, Bytes(20 * kTestMss));
  const Instant release = sender->NextDeadline();
  EXPECT_GT(release, now);
  EXPECT_LT(release - now, Duration::Millis(10));
  now = release;
  EXPECT_FALSE(sender->OnDeadline(now).rto);
  EXPECT_GE(sender->NewDataAllowance(now), Bytes(2 * kTestMss));
}

TEST_F(SenderTest, FastPathsMayLeaveInWholeSuperSegments) {
  options.pacing = true;
  Establish(Duration::Millis(1));
  controller().SetWindow(Bytes::MiB(8));
  Send(1000);
  Pass(1);
  Ack(1000);
  EXPECT_GE(sender->NewDataAllowance(now), Bytes::KiB(64));
}

TEST_F(SenderTest, EcnReducesOncePerRoundTrip) {
  Establish();
  SetWindow(10);
  SendSegments(10);
  Pass(40);
  ecn_echo = true;
  EXPECT_TRUE(Ack(1000).ecn_reduced);
  EXPECT_FALSE(Ack(2000).ecn_reduced);
  EXPECT_EQ(controller().congestion.size(), 1u);
  EXPECT_TRUE(controller().congestion[0].from_ecn);
  SendSegments(2);
  Pass(40);
  Ack(10'000);
  EXPECT_TRUE(Ack(11'000).ecn_reduced);
}

TEST_F(SenderTest, ASmallerMtuSendsAllAgainWithoutBlame) {
  Establish();
  SendSegments(3);
  sender->SetMss(500);
  sender->OnPathMtuReduced(now);
  Check();
  EXPECT_EQ(Retransmit(), "0+3000");
  EXPECT_TRUE(controller().congestion.empty());
  Pass(40);
  Ack(3000);
  EXPECT_FALSE(sender->in_recovery());
}

}  // namespace
}  // namespace mptcpp::tcp
