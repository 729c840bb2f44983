// SPDX-License-Identifier: Apache-2.0
// Every arc of the data-level state machine (RFC 8684 appendix D), with DATA_FINs that are lost, come twice, or cross; and what
// the subflows' own FINs and resets may and may not do to it (3.3.3).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

class CloseStates : public ::testing::Test {
 protected:
  void SetUp() override {
    ConnectionOptions options;
    options.tcp.no_delay = true;
    first_ = &bench_.AcceptMptcp(options);
    bench_.ExchangeOneByte(*first_);
  }
  DataState state() const { return bench_.Info().state; }
  // FIN both ways on the only subflow, then the end of both TIME-WAITs.
  void CloseSubflowInOrder() {
    first_->ExpectEventually(Fin());
    first_->Send(Fin());
    first_->ExpectEventually(Ack());
    bench_.Advance(Duration::Seconds(70));
    EXPECT_EQ(state(), DataState::kClosed);
    EXPECT_EQ(bench_.failure(), std::nullopt);
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: CLOSE-1, CLOSE-11, CLOSE-14
TEST_F(CloseStates, ActiveClose) {
  EXPECT_EQ(state(), DataState::kEstablished);
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  EXPECT_EQ(state(), DataState::kFinWait1);
  first_->Send(Ack().DataAck(3));
  EXPECT_EQ(state(), DataState::kFinWait2);
  first_->Expect(Fin());  // our DATA_FIN is acknowledged: the subflow ends, too
  EXPECT_FALSE(bench_.HasEvent(EventKind::kClosed));
  first_->Send(Ack().DataFin(2).DataAck(3));
  EXPECT_EQ(state(), DataState::kTimeWait);
  EXPECT_TRUE(bench_.HasEvent(EventKind::kClosed));
  first_->Send(Fin());
  bench_.Advance(Duration::Seconds(70));
  EXPECT_EQ(state(), DataState::kClosed);
}

// Covers: CLOSE-11, CLOSE-16
TEST_F(CloseStates, PassiveClose) {
  first_->Send(Ack().DataFin(2).DataAck(2));
  first_->Expect(Ack(2).DataAck(3));
  EXPECT_EQ(state(), DataState::kCloseWait);
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2).DataAck(3));
  EXPECT_EQ(state(), DataState::kLastAck);
  first_->Send(Ack().DataAck(3));
  EXPECT_EQ(state(), DataState::kClosed);
  EXPECT_TRUE(bench_.HasEvent(EventKind::kClosed));
  CloseSubflowInOrder();
}

// Covers: CLOSE-11, CLOSE-14
TEST_F(CloseStates, BothAtOnce) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Send(Ack().DataFin(2).DataAck(2));  // crossed ours
  EXPECT_EQ(state(), DataState::kClosing);
  first_->ExpectEventually(Ack(2).DataFin(2).DataAck(3));
  first_->Send(Ack().DataAck(3));
  EXPECT_EQ(state(), DataState::kTimeWait);
  CloseSubflowInOrder();
}

// Covers: CLOSE-17
TEST_F(CloseStates, OurDataFinIsLostOnceInEachState) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Expect(Ack(2).DataFin(2), Duration::Seconds(2));  // FIN-WAIT-1
  first_->Send(Ack().DataFin(2).DataAck(2));
  first_->ExpectEventually(Ack(2).DataFin(2).DataAck(3));
  first_->ExpectEventually(Ack(2).DataFin(2).DataAck(3), Duration::Seconds(5));  // CLOSING
  first_->Send(Ack().DataAck(3));
  CloseSubflowInOrder();
}

// Covers: CLOSE-17
TEST_F(CloseStates, InLastAckTheDataFinIsRepeatedAsWell) {
  first_->Send(Ack().DataFin(2).DataAck(2));
  first_->Expect(Ack(2).DataAck(3));
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Expect(Ack(2).DataFin(2), Duration::Seconds(2));
  first_->Send(Ack().DataAck(3));
  CloseSubflowInOrder();
}

// The answer to the peer's DATA_FIN is lost, so it comes again.
// Covers: CLOSE-14, CLOSE-17
TEST_F(CloseStates, ARepeatedDataFinIsAnsweredInEveryState) {
  first_->Send(Ack().DataFin(2).DataAck(2));
  first_->Expect(Ack(2).DataAck(3));
  first_->Send(Ack().DataFin(2).DataAck(2));  // CLOSE-WAIT
  first_->Expect(Ack(2).DataAck(3));
  EXPECT_EQ(state(), DataState::kCloseWait);
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Send(Ack().DataFin(2).DataAck(2));  // LAST-ACK
  first_->Expect(Ack(2).DataFin(2).DataAck(3));
  EXPECT_EQ(state(), DataState::kLastAck);
  first_->Send(Ack().DataAck(3));
  first_->ExpectEventually(Fin());
  first_->Send(Ack().DataFin(2).DataAck(3));  // closed, with the subflow still there
  first_->Expect(Ack().DataAck(3));
}

// Covers: CLOSE-14
TEST_F(CloseStates, ARepeatedDataFinIsAnsweredInTimeWait) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Send(Ack().DataFin(2).DataAck(3));
  first_->ExpectEventually(Fin().DataAck(3));
  EXPECT_EQ(state(), DataState::kTimeWait);
  first_->Send(Ack().DataFin(2).DataAck(3));
  first_->Expect(Ack().DataAck(3));
  EXPECT_EQ(state(), DataState::kTimeWait);
}

// Covers: CLOSE-17
TEST_F(CloseStates, ADataFinMayBeRepeatedOnAnotherSubflow) {
  Flow& second = bench_.Join(*first_);
  first_->Send(Ack().DataFin(2).DataAck(2));
  first_->Expect(Ack(2).DataAck(3));
  second.Send(Ack().DataFin(2).DataAck(2));
  second.ExpectEventually(Ack(1).DataAck(3));
  EXPECT_EQ(state(), DataState::kCloseWait);
  // Ours goes to the subflow that answers: the first one dies, and it comes on the second.
  bench_.Shutdown();
  first_->Send(Rst().Seq(2));
  second.ExpectEventually(Ack(1).DataFin(2), Duration::Seconds(3));
}

// Covers: CLOSE-2
TEST_F(CloseStates, OurDataFinTravelsWithTheLastBytes) {
  bench_.Write("0123456789");
  first_->Expect(Data("0123456789").Map(2, 2, 10));
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(12));  // everything was sent: alone
  first_->Send(Ack().DataAck(13));
  EXPECT_EQ(state(), DataState::kFinWait2);
}

// Covers: CLOSE-2
TEST_F(CloseStates, DataThatWaitsForTheWindowTakesTheDataFinAlong) {
  first_->Send(Ack().DataAck(2).Window(4));
  bench_.Write("0123456789");
  first_->ExpectEventually(Data("0123").Map(2, 2, 4));
  bench_.Shutdown();
  first_->Send(Ack().DataAck(6).Window(1000));
  first_->ExpectEventually(Data("456789").Map(6, 6, 7).DataFin());
  first_->Send(Ack().DataAck(13));
  EXPECT_EQ(state(), DataState::kFinWait2);
}

// Covers: CLOSE-5, CLOSE-6
TEST_F(CloseStates, NoSubflowIsClosedWhileDataIsOutstandingAnywhere) {
  Flow& second = bench_.Join(*first_);
  first_->Send(Ack().MpPrio(true));
  bench_.Write("abcd");
  second.ExpectEventually(Data("abcd").SomeMap());
  bench_.Shutdown();
  for (int i = 0; i < 40; ++i) {
    bench_.Advance(Duration::Millis(50));
    for (Flow* flow : {first_, &second}) {
      while (flow->HasWaiting()) EXPECT_FALSE(flow->Take()->view.flags.fin);
    }
  }
  second.Send(Ack(5).DataAck(7));
  first_->ExpectEventually(Fin());
  second.ExpectEventually(Fin());
}

// Covers: CLOSE-8
TEST_F(CloseStates, AFailedSubflowGetsItsFinAsWell) {
  Flow& second = bench_.Join(*first_, 2, true);
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  second.ExpectEventually(Data("abcd").SomeMap(), Duration::Seconds(2));  // the first is silent
  second.Send(Ack().DataAck(6));
  bench_.Advance(Duration::Seconds(3));
  first_->Skip();
  bench_.Shutdown();
  second.ExpectEventually(Ack(1).DataFin(6));
  second.Send(Ack().DataFin(2).DataAck(7));
  second.ExpectEventually(Fin());
  first_->ExpectEventually(Fin(), Duration::Seconds(30));
}

// Covers: CLOSE-9
TEST_F(CloseStates, TimeWaitOfASubflowIsShortOnceTheDataLevelIsDone) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Send(Ack().DataFin(2).DataAck(3));
  first_->ExpectEventually(Fin());
  first_->Send(Fin());
  first_->ExpectEventually(Ack());
  EXPECT_TRUE(bench_.AdvanceUntil([&] { return state() == DataState::kClosed; }, Duration::Seconds(5)))
      << "60 s would be TCP's own";
}

// Covers: CLOSE-12, CLOSE-13, CLOSE-15
TEST_F(CloseStates, WithoutAnySubflowTheConnectionWaitsAndIsResumed) {
  first_->Send(Fin());
  bench_.Advance(Duration::Millis(10));
  first_->Skip();
  first_->Send(Ack());
  EXPECT_FALSE(bench_.HasEvent(EventKind::kPeerClosed));
  bench_.Advance(Duration::Seconds(30));
  EXPECT_EQ(bench_.failure(), std::nullopt);
  EXPECT_EQ(state(), DataState::kEstablished);
  Flow& second = bench_.Join(*first_);
  bench_.Write("later");
  second.ExpectEventually(Data("later").SomeMap());
  second.Send(Ack().DataAck(7));
  EXPECT_EQ(bench_.Info().bytes_acked, 6u);
}

// The peer's FIN was not meant (somebody forged it, for example): it takes nothing any more, but its subflow looks half open for ever.
// Covers: CLOSE-13
TEST_F(CloseStates, AHalfClosedSubflowThatTakesNothingMakesRoomForAnother) {
  bench_.Write("later");
  first_->ExpectEventually(Data("later").SomeMap());
  first_->Send(Fin().Acking(2));
  first_->ExpectEventually(RstAck().MpTcpRst(wire::ResetReason::kBadPerformance, true), Duration::Seconds(5));
  EXPECT_EQ(bench_.failure(), std::nullopt);
  Flow& second = bench_.NewFlow(*first_, {Bench::kPeerAddress2, Bench::kPeerPort});
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Expect(SynAck().MpJoin(0));
  second.Send(Ack().MpJoin(2));
  second.Expect(Data("later").SomeMap());
  second.Send(Ack().DataAck(7));
  EXPECT_EQ(bench_.Info().bytes_acked, 6u);
}

// Two ends that both miss data and have both said DATA_FIN: each ACK has the sender's DATA_FIN on it.
// Covers: CLOSE-4
TEST_F(CloseStates, ADataFinThatIsNotInOrderIsNotAnswered) {
  bench_.Shutdown();
  first_->Expect(Ack(2).DataFin(2));
  first_->Send(Ack().DataFin(7).DataAck(2));
  first_->ExpectNothing(Duration::Millis(50));
  EXPECT_EQ(state(), DataState::kFinWait1);
  first_->Send(Data("abcde").Map(2, 2, 5).DataAck(3));
  first_->ExpectEventually(Ack(7).DataAck(8));
  EXPECT_EQ(state(), DataState::kTimeWait);
}

// Covers: CLOSE-13, CLOSE-15
TEST_F(CloseStates, ItEndsWithAnErrorAfterATimeoutOfOurs) {
  first_->Send(Rst().Seq(2));
  bench_.Advance(Duration::Seconds(59));
  EXPECT_EQ(bench_.failure(), std::nullopt) << "a RST has the scope of a subflow";
  bench_.Advance(Duration::Seconds(2));
  EXPECT_EQ(bench_.failure(), Error::kTimedOut);
}

// Covers: CLOSE-4, CLOSE-16, ACK-1
TEST_F(CloseStates, ADataFinWaitsForDataOfAnotherSubflowAndLeavesOurDirectionOpen) {
  Flow& second = bench_.Join(*first_);
  second.Send(Data("efgh").Map(6, 1, 5).DataFin().DataAck(2));
  second.ExpectEventually(Ack(5).DataAck(2));
  EXPECT_EQ(state(), DataState::kEstablished);
  first_->Send(Data("abcd").Map(2, 2, 4).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(11));
  EXPECT_EQ(state(), DataState::kCloseWait);
  EXPECT_EQ(bench_.Read(), "abcdefgh");
  bench_.Write("still");
  first_->ExpectEventually(Data("still").SomeMap());
}

}  // namespace
}  // namespace mptcpp::conformance
