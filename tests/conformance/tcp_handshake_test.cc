// SPDX-License-Identifier: Apache-2.0
// TCP's three-way handshake and its relatives (RFC 9293 3.5).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

ConnectionOptions Plain() {
  ConnectionOptions options;
  options.multipath = false;
  return options;
}

TEST(TcpHandshake, PassiveOpen) {
  Bench bench;
  bench.Listen(Plain());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460));
  peer.Expect(SynAck().Seq(0).Acking(1).Mss(1460).NoMptcp());
  peer.Send(Ack().Seq(1).Acking(1));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Subflows().at(0).tcp_state, "ESTABLISHED");
}

TEST(TcpHandshake, ActiveOpen) {
  Bench bench;
  Flow& peer = bench.Connect(Plain());
  peer.Expect(Syn().Seq(0).Mss(1460).NoMptcp());
  peer.Send(SynAck().Mss(1460));
  peer.Expect(Ack().Seq(1).Acking(1).NoMptcp());
  EXPECT_TRUE(bench.HasEvent(EventKind::kEstablished));
}

TEST(TcpHandshake, SackPermittedOnlyIfTheSynHadIt) {  // RFC 2018 2
  Bench with, without;
  with.Listen(Plain());
  Flow& asks = with.NewFlow();
  asks.Send(Syn().SackPermitted());
  asks.Expect(SynAck().SackPermitted());
  without.Listen(Plain());
  Flow& silent = without.NewFlow();
  silent.Send(Syn());
  const CapturedPtr answer = silent.Take();
  EXPECT_TRUE(answer->view.flags.syn && answer->view.flags.ack);
  EXPECT_FALSE(answer->view.options.sack_permitted);
  EXPECT_FALSE(answer->view.options.timestamps.has_value());   // RFC 7323 3.2: only in answer
  EXPECT_FALSE(answer->view.options.window_scale.has_value()); // RFC 7323 2.2
}

TEST(TcpHandshake, AnUnknownOptionIsIgnored) {  // RFC 9293 MUST-6
  Bench bench;
  bench.Listen(Plain());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Raw({253, 4, 1, 2}).Mss(1200));
  peer.Expect(SynAck());
}

TEST(TcpHandshake, WithoutMssOptionSegmentsHave536Bytes) {  // RFC 9293 MUST-15
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain(), Syn());
  bench.Write(std::string(1000, 'x'));
  peer.Expect(Bare({.ack = true}).Length(536).Seq(1));
}

TEST(TcpHandshake, SynIsRetransmittedWithDoublingTimeout) {  // RFC 6298 2.1, 5.5
  Bench bench;
  Flow& peer = bench.Connect(Plain());
  peer.Expect(Syn());
  peer.ExpectAfter(Syn().Seq(0), Duration::Millis(990), Duration::Millis(1100));
  peer.ExpectAfter(Syn().Seq(0), Duration::Millis(1900), Duration::Millis(2200));
  peer.ExpectAfter(Syn().Seq(0), Duration::Millis(3900), Duration::Millis(4400));
}

TEST(TcpHandshake, SynAckIsRetransmitted) {
  Bench bench;
  bench.Listen(Plain());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn());
  peer.Expect(SynAck());
  peer.ExpectAfter(SynAck().Seq(0).Acking(1), Duration::Millis(900), Duration::Millis(1200));
}

TEST(TcpHandshake, AClosedPortAnswersReset) {  // RFC 9293 3.10.7.1
  Bench bench;
  bench.Listen(Plain());
  Flow& peer = bench.NewFlow({Bench::kPeerAddress, 40000}, {Bench::kDutAddress, 9999});
  peer.Send(Syn().Seq(0));
  const CapturedPtr reset = peer.Take();
  EXPECT_TRUE(reset->view.flags.rst && reset->view.flags.ack);
  EXPECT_EQ(reset->view.seq.value(), 0u);
}

TEST(TcpHandshake, AStrayAckIsAnsweredWithResetAtItsNumber) {  // RFC 9293 3.10.7.1: <SEQ=SEG.ACK><CTL=RST>
  Bench bench;
  Flow& peer = bench.NewFlow();
  peer.Send(Ack().Acking(777));
  const CapturedPtr reset = peer.Take();
  EXPECT_TRUE(reset->view.flags.rst);
  EXPECT_FALSE(reset->view.flags.ack);
  EXPECT_EQ(reset->view.seq.value(), 777u);
}

TEST(TcpHandshake, AResetIsNeverAnswered) {
  Bench bench;
  Flow& peer = bench.NewFlow();
  peer.Send(Rst());
  peer.ExpectNothing();
}

TEST(TcpHandshake, RefusedByReset) {
  Bench bench;
  Flow& peer = bench.Connect(Plain());
  peer.Expect(Syn());
  peer.Send(RstAck().Seq(0).Acking(1));
  bench.Pump();
  EXPECT_EQ(bench.failure(), Error::kRefused);
}

TEST(TcpHandshake, AResetThatDoesNotAcknowledgeTheSynIsIgnored) {  // RFC 9293 3.10.7.3
  Bench bench;
  Flow& peer = bench.Connect(Plain());
  peer.Expect(Syn());
  peer.Send(RstAck().Seq(0).Acking(100));
  bench.Pump();
  EXPECT_EQ(bench.failure(), std::nullopt);
  peer.Send(SynAck().Seq(0));
  peer.ExpectEventually(Ack(1));
}

TEST(TcpHandshake, SimultaneousOpen) {  // RFC 9293 MUST-10, figure 7
  Bench bench;
  Flow& peer = bench.Connect(Plain());
  peer.Expect(Syn());
  peer.Send(Syn().Seq(0).Mss(1460));
  peer.Expect(SynAck().Seq(0).Acking(1));
  peer.Send(SynAck().Seq(0).Acking(1));
  bench.Pump();
  EXPECT_TRUE(bench.HasEvent(EventKind::kEstablished));
  peer.Skip();
  peer.Send(Data("abcd").Seq(1));
  peer.ExpectEventually(Ack(5));
  EXPECT_EQ(bench.Read(), "abcd");
}

TEST(TcpHandshake, GivesUpAfterTheConfiguredRetries) {
  ConnectionOptions options = Plain();
  options.tcp.syn_retries = 2;
  Bench bench;
  Flow& peer = bench.Connect(options);
  for (int i = 0; i < 3; ++i) peer.Expect(Syn(), Duration::Seconds(5));
  bench.Advance(Duration::Seconds(10));
  EXPECT_EQ(bench.failure(), Error::kTimedOut);
  peer.ExpectNothing();
}

TEST(TcpHandshake, ASegmentWithAWrongChecksumDoesNotExist) {  // RFC 9293 MUST-3
  Bench bench;
  bench.Listen(Plain());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Seq(0).BadChecksum());
  peer.ExpectNothing();
  EXPECT_EQ(bench.CounterOf(Counter::kBadChecksum), 1u);
}

}  // namespace
}  // namespace mptcpp::conformance
