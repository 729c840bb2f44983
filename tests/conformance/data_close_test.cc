// SPDX-License-Identifier: Apache-2.0
// The end of a connection: DATA_FIN in all orders (RFC 8684 3.3.3), and the fast close (3.5).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

class DataClose : public ::testing::Test {
 protected:
  void SetUp() override {
    ConnectionOptions options;
    options.tcp.no_delay = true;
    first_ = &bench_.AcceptMptcp(options);
    bench_.ExchangeOneByte(*first_);
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: CLOSE-1, CLOSE-3, CLOSE-7, CLOSE-11
TEST_F(DataClose, OfTheEndpointThenOfThePeer) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2).DataAck(2));
  first_->Send(Ack().DataAck(3));
  // Our DATA_FIN is acknowledged: no more data of ours, so the subflow's FIN follows, now or when the peer has ended, too.
  first_->Send(Ack().DataFin(2).DataAck(3));
  first_->ExpectEventually(Fin().DataAck(3));
  EXPECT_TRUE(bench_.AtEnd());
  first_->Send(Fin());
  first_->ExpectEventually(Ack(3));
  EXPECT_TRUE(bench_.HasEvent(EventKind::kClosed));
}

// Everything had been delivered and both sides had said so: that the last Data ACK went down with its subflow harms nobody.
TEST_F(DataClose, TheLastDataAckMayBeLostWithItsSubflow) {
  first_->Send(Ack().DataFin(2).DataAck(2));
  first_->Expect(Ack(2).DataAck(3), Duration::Millis(500));
  bench_.Shutdown();
  first_->ExpectEventually(Ack().DataFin(2));
  first_->Send(Rst());
  EXPECT_TRUE(bench_.HasEvent(EventKind::kClosed));
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

TEST_F(DataClose, AResetBeforeBothHaveEndedIsAFailure) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2).DataAck(2));
  first_->Send(Rst());
  bench_.Advance(Duration::Seconds(100));
  EXPECT_FALSE(bench_.HasEvent(EventKind::kClosed));
  EXPECT_NE(bench_.failure(), std::nullopt);
}

// Covers: CLOSE-11, CLOSE-16
TEST_F(DataClose, OfThePeerThenOfTheEndpoint) {
  first_->Send(Ack().DataFin(2).DataAck(2));
  first_->Expect(Ack(2).DataAck(3), Duration::Millis(500));
  EXPECT_TRUE(bench_.HasEvent(EventKind::kPeerClosed));
  EXPECT_TRUE(bench_.AtEnd());
  bench_.Write("late");  // half-close: our direction is open
  first_->ExpectEventually(Data("late").Map(2, 2, 4));
  first_->Send(Ack().DataAck(6));
  bench_.Shutdown();
  first_->ExpectEventually(Ack().DataFin(6));
  first_->Send(Ack().DataAck(7));
  first_->ExpectEventually(Fin());
  first_->Send(Fin());
  first_->ExpectEventually(Ack(3));
  bench_.Advance(Duration::Millis(10));
  EXPECT_TRUE(bench_.HasEvent(EventKind::kClosed));
}

// Covers: CLOSE-2
TEST_F(DataClose, WithDataOnTheSameSegment) {
  first_->Send(Data("0123456789").Map(2, 2, 11).DataFin().DataAck(2));
  first_->ExpectEventually(Ack(12).DataAck(13));
  EXPECT_EQ(bench_.Read(), "0123456789");
  EXPECT_TRUE(bench_.AtEnd());
}

TEST_F(DataClose, TogetherWithTheSubflowsFin) {
  first_->Send(Fin().Payload("bye").Map(2, 2, 4).DataFin().DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.Read(), "bye");
  EXPECT_TRUE(bench_.AtEnd());
  bench_.Shutdown();
  first_->ExpectEventually(Bare({.ack = true}).DataFin(2));
}

// Covers: CLOSE-4
TEST_F(DataClose, WaitsForDataThatIsStillMissing) {  // 3.3.3: acknowledged only when all before it has come
  Flow& second = bench_.Join(*first_);
  second.Send(Ack().DataFin(6).DataAck(2));
  bench_.Advance(Duration::Millis(200));
  second.Skip();
  EXPECT_FALSE(bench_.HasEvent(EventKind::kPeerClosed));
  first_->Send(Data("abcd").Map(2, 2, 4).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(7), Duration::Millis(100));  // the early DATA_FIN was remembered
  EXPECT_EQ(bench_.Read(), "abcd");
  EXPECT_TRUE(bench_.AtEnd());
}

TEST_F(DataClose, AnAbortAfterTheEndIsNothing) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2).DataAck(2));
  first_->Send(Ack().DataFin(2).DataAck(3));
  first_->ExpectEventually(Fin());
  first_->Send(Fin());
  bench_.Advance(Duration::Seconds(200));
  ASSERT_TRUE(bench_.HasEvent(EventKind::kClosed));
  ASSERT_EQ(bench_.Info().subflow_count, 0);
  bench_.Abort();
  EXPECT_EQ(bench_.failure(), std::nullopt);
  EXPECT_EQ(bench_.endpoint().Write(bench_.connection, {}, bench_.now()).error(), Error::kShutdown);
}

TEST_F(DataClose, RoomIsOnlyNewsToWhoMissedIt) {
  bench_.Write("abcd");
  first_->Expect(Data("abcd"));
  first_->Send(Ack().DataAck(6));
  EXPECT_FALSE(bench_.HasEvent(EventKind::kWritable));
}

// Covers: CLOSE-11
TEST_F(DataClose, CrossingOnes) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Send(Ack().DataFin(2).DataAck(2));  // sent before ours arrived
  first_->ExpectEventually(Ack().DataAck(3), Duration::Millis(500));
  first_->Send(Ack().DataAck(3));
  first_->ExpectEventually(Fin());
  first_->Send(Fin());
  first_->ExpectEventually(Ack(3));
  EXPECT_TRUE(bench_.HasEvent(EventKind::kClosed));
}

// Covers: CLOSE-17
TEST_F(DataClose, TheDataFinIsRepeatedUntilAcknowledged) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->ExpectEventually(Bare({.ack = true}).DataFin(2), Duration::Seconds(5));
  first_->ExpectEventually(Bare({.ack = true}).DataFin(2), Duration::Seconds(5));
}

// Covers: CLOSE-7
TEST_F(DataClose, EverySubflowGetsItsFin) {
  Flow& second = bench_.Join(*first_);
  bench_.Shutdown();
  ASSERT_TRUE(bench_.AdvanceUntil([&] { return bench_.Info().state == DataState::kFinWait1; }, Duration::Millis(10)));
  bench_.Advance(Duration::Millis(1));
  first_->Send(Ack().DataFin(2).DataAck(3));
  first_->ExpectEventually(Fin());
  second.ExpectEventually(Fin());
}

// Covers: CLOSE-1, SEM-1
TEST(DataCloseAtOnce, RightAfterTheHandshake) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp();
  bench.Shutdown();
  peer.Expect(Ack(1).DataFin(1));
  peer.Send(Ack().DataFin(1).DataAck(2));
  peer.ExpectEventually(Fin().DataAck(2));
}

TEST(DataCloseAtOnce, OfTheClient) {
  Bench bench;
  Flow& peer = bench.ConnectMptcp();
  bench.Shutdown();
  peer.ExpectEventually(Ack(1).DataFin(1));
  peer.Send(Ack().DataFin(1).DataAck(2));
  peer.ExpectEventually(Fin().DataAck(2));
}

// --- fast close (3.5) ---

// Covers: FC-3
TEST_F(DataClose, FastcloseOnAnAckEndsEverySubflow) {
  Flow& second = bench_.Join(*first_);
  first_->Send(Ack().MpFastclose());
  EXPECT_TRUE(first_->Take()->view.flags.rst);
  EXPECT_TRUE(second.Take()->view.flags.rst);
  EXPECT_EQ(bench_.failure(), Error::kReset);
}

// Covers: FC-4
TEST_F(DataClose, FastcloseOnAResetEndsTheOthers) {
  Flow& second = bench_.Join(*first_);
  first_->Send(Rst().MpFastclose());
  EXPECT_TRUE(second.Take()->view.flags.rst);
  first_->ExpectNothing();
  EXPECT_EQ(bench_.failure(), Error::kReset);
}

// Covers: FC-5
TEST_F(DataClose, FastcloseWithAWrongKeyIsIgnored) {
  first_->Send(Ack().MpFastclose(0x1122334455667788));
  bench_.Advance(Duration::Millis(100));
  EXPECT_EQ(bench_.failure(), std::nullopt);
  EXPECT_EQ(bench_.Info().subflow_count, 1);
}

// Covers: GEN-4
TEST_F(DataClose, FastcloseOutsideTheWindowIsIgnored) {  // 3: TCP's checks come first
  first_->Send(Ack().Seq(0x40000000).MpFastclose());
  bench_.Advance(Duration::Millis(100));
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

// Covers: FC-9
TEST_F(DataClose, AbortTellsThePeerItsKey) {
  Flow& second = bench_.Join(*first_);
  bench_.Abort();
  const CapturedPtr on_first = first_->Take();
  const CapturedPtr on_second = second.Take();
  // Either form of 3.5: on an ACK with resets elsewhere, or on resets everywhere.
  EXPECT_TRUE(on_first->view.flags.rst || on_second->view.flags.rst);
  EXPECT_GE(bench_.CounterOf(Counter::kMPFastcloseTx), 1u);
  const Captured& carrier = on_first->view.mptcp_count > 0 ? *on_first : *on_second;
  Segment expected = carrier.view.flags.rst ? (carrier.view.flags.ack ? RstAck() : Rst()) : Ack();
  EXPECT_EQ(Mismatch(*first_, expected.MpFastclose(), carrier), "");
}

// Covers: FC-8
TEST_F(DataClose, AnUnansweredFastcloseIsRepeatedAndEndsInAReset) {  // 3.5: RECOMMENDED three times
  bench_.Abort();
  CapturedPtr last = first_->Take();
  int repeats = 0;
  while (!last->view.flags.rst) {
    last = first_->Take(Duration::Seconds(10));
    ++repeats;
    ASSERT_LE(repeats, 6);
  }
  Segment expected = last->view.flags.ack ? RstAck() : Rst();
  EXPECT_EQ(Mismatch(*first_, expected.MpFastclose(), *last), "");
  first_->ExpectNothing(Duration::Seconds(5));
}

TEST_F(DataClose, CrossingFastcloses) {
  bench_.Abort();
  first_->Skip();
  first_->Send(Ack().MpFastclose());
  bench_.Advance(Duration::Seconds(10));
  EXPECT_EQ(bench_.endpoint().Info(bench_.connection).value().subflow_count, 0);
}

}  // namespace
}  // namespace mptcpp::conformance
