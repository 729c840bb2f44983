// SPDX-License-Identifier: Apache-2.0
// TCP's ends: FIN in all orders, RST (RFC 9293 3.6, 3.10.7.4) and the defences of RFC 5961.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

ConnectionOptions Plain() {
  ConnectionOptions options;
  options.multipath = false;
  options.tcp.no_delay = true;
  return options;
}

TEST(TcpClose, ActiveCloseEndsInTimeWaitAndAnswersARepeatedFin) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  bench.Write("abcd");
  peer.Expect(Data("abcd").Seq(1));
  bench.Shutdown();
  peer.Expect(Fin().Seq(5));
  peer.Send(Ack(6));
  peer.Send(Fin().Seq(1).Payload("xyz"));
  peer.ExpectEventually(Ack(5).Seq(6));
  EXPECT_EQ(bench.Read(), "xyz");
  EXPECT_TRUE(bench.AtEnd());
  EXPECT_EQ(bench.Subflows().at(0).tcp_state, "TIME-WAIT");
  bench.Advance(Duration::Seconds(5));
  peer.Skip();
  peer.Send(Fin().Seq(1).Payload("xyz"));
  peer.Expect(Ack(5).Seq(6), Duration::Millis(1));
}

TEST(TcpClose, PassiveCloseAcknowledgesTheFinAfterItsData) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Fin().Seq(1).Payload("abcd"));
  peer.ExpectEventually(Ack(6), Duration::Millis(500));
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_TRUE(bench.AtEnd());
  EXPECT_TRUE(bench.HasEvent(EventKind::kPeerClosed));
  bench.Write("tail");  // half-close: our direction is still open
  peer.Expect(Data("tail").Seq(1));
  peer.Send(Ack(5).Seq(6));
  bench.Shutdown();
  peer.Expect(Fin().Seq(5).Acking(6));
  peer.Send(Ack(6).Seq(6));
  bench.Advance(Duration::Millis(1));
  EXPECT_TRUE(bench.HasEvent(EventKind::kClosed));
}

TEST(TcpClose, SimultaneousClose) {  // FIN-WAIT-1 -> CLOSING -> TIME-WAIT
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  bench.Shutdown();
  peer.Expect(Fin().Seq(1));
  peer.Send(Fin().Seq(1).Acking(1));
  peer.ExpectEventually(Ack(2).Seq(2));
  EXPECT_EQ(bench.Subflows().at(0).tcp_state, "CLOSING");
  peer.Send(Ack(2).Seq(2));
  EXPECT_EQ(bench.Subflows().at(0).tcp_state, "TIME-WAIT");
}

TEST(TcpClose, TheFinIsRetransmitted) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  bench.Shutdown();
  peer.Expect(Fin().Seq(1));
  peer.Expect(Fin().Seq(1), Duration::Seconds(2));
}

TEST(TcpClose, AFinOutOfOrderWaitsForTheDataBeforeIt) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Fin().Seq(5).Payload("efgh"));
  peer.Expect(Ack(1), Duration::Millis(1));
  EXPECT_FALSE(bench.HasEvent(EventKind::kPeerClosed));
  peer.Send(Data("abcd").Seq(1));
  peer.ExpectEventually(Ack(10));
  EXPECT_EQ(bench.Read(), "abcdefgh");
  EXPECT_TRUE(bench.AtEnd());
}

TEST(TcpClose, AbortSendsAReset) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("abcd"));
  peer.Skip();
  bench.Abort();
  const CapturedPtr reset = peer.Take();
  EXPECT_TRUE(reset->view.flags.rst);
  EXPECT_EQ(reset->view.seq.DistanceFrom(*peer.Incoming().seq), 1u);
  if (reset->view.flags.ack) {
    EXPECT_EQ(reset->view.ack.DistanceFrom(*peer.Incoming().ack), 5u);
  }
  peer.ExpectNothing();
}

TEST(TcpClose, ClosingWithUnreadDataSendsAReset) {  // RFC 9293 3.6.1 (RFC 2525 2.17)
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("abcd"));
  bench.Advance(Duration::Millis(100));
  peer.Skip();
  bench.Close();
  EXPECT_TRUE(peer.Take()->view.flags.rst);
}

TEST(TcpClose, AResetAtTheExactNumberEndsTheConnection) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Rst().Seq(1));
  EXPECT_EQ(bench.failure(), Error::kReset);
  peer.ExpectNothing();
}

// Covers: SEC-8
TEST(Rfc5961, AResetElsewhereInTheWindowIsChallenged) {  // 3.2
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Rst().Seq(100));
  peer.Expect(Ack(1).Seq(1), Duration::Millis(1));
  EXPECT_EQ(bench.failure(), std::nullopt);
  EXPECT_EQ(bench.CounterOf(Counter::kChallengeAckTx), 1u);
  peer.Send(Rst().Seq(1));
  EXPECT_EQ(bench.failure(), Error::kReset);
}

// Covers: SEC-8
TEST(Rfc5961, AResetOutsideTheWindowIsDropped) {
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Rst().Seq(0x40000000));
  peer.ExpectNothing();
  EXPECT_EQ(bench.failure(), std::nullopt);
}

// Covers: SEC-8
TEST(Rfc5961, ASynIsChallenged) {  // 4.2
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Syn().Seq(1));
  peer.Expect(Ack(1).Seq(1), Duration::Millis(1));
  peer.Send(Syn().Seq(0x40000000));
  peer.Expect(Ack(1).Seq(1), Duration::Millis(1));
  EXPECT_EQ(bench.failure(), std::nullopt);
}

// Covers: SEC-8
TEST(Rfc5961, DataThatAcknowledgesTheFutureOrTheFarPastIsDropped) {  // 5.2
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("evil").Seq(1).Acking(5000));
  peer.Expect(Ack(1).Seq(1), Duration::Millis(1));
  peer.Send(Data("evil").Seq(1).Acking(-0x20000000));
  peer.Expect(Ack(1).Seq(1), Duration::Millis(1));
  bench.Advance(Duration::Millis(300));
  EXPECT_EQ(bench.Read(), "");
  EXPECT_EQ(bench.CounterOf(Counter::kAckInvalid), 2u);
}

TEST(Rfc5961, ChallengesAreRateLimited) {  // 10
  ConnectionOptions options = Plain();
  Bench bench;
  Flow& peer = bench.AcceptTcp(options);
  for (int i = 0; i < 1500; ++i) peer.Send(Rst().Seq(100));
  EXPECT_LE(bench.CounterOf(Counter::kChallengeAckTx), 1000u);
  EXPECT_GT(bench.CounterOf(Counter::kChallengeAckLimited), 0u);
}

TEST(Rfc5961, DataOutsideTheWindowIsAnsweredWithAnAck) {  // RFC 9293 3.10.7.4
  Bench bench;
  Flow& peer = bench.AcceptTcp(Plain());
  peer.Send(Data("evil").Seq(0x40000000));
  peer.Expect(Ack(1).Seq(1), Duration::Millis(1));
  EXPECT_EQ(bench.CounterOf(Counter::kOutOfWindow), 1u);
}

TEST(TcpClose, AnUnresponsivePeerEndsTheConnection) {  // RFC 9293 3.8.3: R2
  ConnectionOptions options = Plain();
  options.tcp.user_timeout = Duration::Seconds(30);
  Bench bench;
  Flow& peer = bench.AcceptTcp(options);
  bench.Write("abcd");
  bench.Advance(Duration::Seconds(70));
  EXPECT_EQ(bench.failure(), Error::kTimedOut);
  peer.Skip();
}

TEST(TcpClose, KeepaliveProbesAndGivesUp) {  // RFC 9293 3.8.4
  ConnectionOptions options = Plain();
  options.tcp.keepalive_idle = Duration::Seconds(10);
  options.tcp.keepalive_interval = Duration::Seconds(1);
  options.tcp.keepalive_probes = 3;
  Bench bench;
  Flow& peer = bench.AcceptTcp(options);
  peer.ExpectAfter(Bare({.ack = true}).Seq(0), Duration::Seconds(9), Duration::Seconds(11));
  peer.Send(Ack(1));  // answered: alive
  peer.ExpectAfter(Bare({.ack = true}).Seq(0), Duration::Seconds(9), Duration::Seconds(11));
  peer.Expect(Bare({.ack = true}).Seq(0), Duration::Seconds(2));
  peer.Expect(Bare({.ack = true}).Seq(0), Duration::Seconds(2));
  bench.Advance(Duration::Seconds(3));
  EXPECT_EQ(bench.failure(), Error::kTimedOut);
}

}  // namespace
}  // namespace mptcpp::conformance
