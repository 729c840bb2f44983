// SPDX-License-Identifier: Apache-2.0
// MP_JOIN: further subflows (RFC 8684 3.2), in both roles, and everything that can be wrong with them.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

using wire::ResetReason;

SocketAddress SecondAddress() { return {Bench::kPeerAddress2, Bench::kPeerPort}; }

class Join : public ::testing::Test {
 protected:
  void SetUp() override {
    first_ = &bench_.AcceptMptcp(Options());
    bench_.ExchangeOneByte(*first_);
  }
  static ConnectionOptions Options() {
    ConnectionOptions options;
    options.tcp.no_delay = true;
    return options;
  }
  // The first subflow still carries data both ways.
  void ExpectUnharmed() {
    first_->Skip();
    first_->Send(Data("still").Map(2, 2, 5).DataAck(2));
    first_->ExpectEventually(Ack(7).DataAck(7));
    EXPECT_EQ(bench_.Read(), "still");
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: JOIN-3, JOIN-7, JOIN-9, JOIN-11, JOIN-18
TEST_F(Join, FourPacketsMakeASubflow) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Expect(SynAck().Acking(1).MpJoin(0));
  second.Send(Ack().MpJoin(2));
  second.Expect(Ack(1), Duration::Millis(10));  // the fourth packet comes at once
  EXPECT_EQ(bench_.Info().subflow_count, 2);
  EXPECT_TRUE(bench_.HasEvent(EventKind::kSubflowEstablished));
  EXPECT_FALSE(bench_.CanAccept()) << "a join is nothing to accept";
}

// Covers: JOIN-17
TEST_F(Join, IsFoundByTokenWhateverThePort) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress(), {Bench::kDutAddress, 9999});
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Expect(SynAck().MpJoin(0));
}

// Covers: ACK-1, DSS-8
TEST_F(Join, DataFlowsOnBothSubflows) {
  Flow& second = bench_.Join(*first_);
  second.Send(Data("second").Map(8, 1, 6).DataAck(2));
  second.ExpectEventually(Ack(7), Duration::Millis(500));
  EXPECT_EQ(bench_.Read(), "") << "bytes 2..7 are still missing";
  first_->Send(Data("first!").Map(2, 2, 6).DataAck(2));
  first_->ExpectEventually(Ack(8).DataAck(14));
  EXPECT_EQ(bench_.Read(), "first!second");
}

// Covers: JOIN-8, JOIN-19, ERR-1
TEST_F(Join, AnUnknownTokenIsRefused) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2).WithToken(first_->peer().their_token().value() + 1));
  second.Expect(RstAck().MpTcpRst(ResetReason::kMptcpError));
  EXPECT_EQ(bench_.CounterOf(Counter::kMPJoinNoTokenFound), 1u);
  ExpectUnharmed();
}

// Covers: JOIN-15, JOIN-19, ERR-1, HEU-7
TEST_F(Join, AWrongHmacInTheThirdAckIsRefused) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Expect(SynAck().MpJoin(0));
  second.Send(Ack().MpJoin(2).BadHmac());
  const CapturedPtr reset = second.Take();
  EXPECT_TRUE(reset->view.flags.rst);
  EXPECT_EQ(bench_.CounterOf(Counter::kMPJoinAckHMacFailure), 1u);
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  ExpectUnharmed();
}

// Covers: JOIN-15, ERR-1, HEU-7, FB-2
TEST_F(Join, AThirdAckWithoutTheOptionIsRefused) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Expect(SynAck().MpJoin(0));
  second.Send(Ack());
  EXPECT_TRUE(second.Take()->view.flags.rst);
  ExpectUnharmed();
}

// Covers: JOIN-6, PRIO-1
TEST_F(Join, BackupIsRemembered) {
  Flow& second = bench_.Join(*first_, 2, true);
  EXPECT_TRUE(bench_.Subflows().at(1).remote_backup);
  bench_.Write("abcdef");
  first_->Expect(Data("abcdef").SomeMap());
  second.ExpectNothing(Duration::Millis(20));
}

// Covers: JOIN-8
TEST_F(Join, OverTheLimitIsRefused) {
  ConnectionOptions options = Options();
  options.subflows_limit = 0;
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& second = bench.NewFlow(first, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2));
  EXPECT_TRUE(second.Take()->view.flags.rst);
  EXPECT_EQ(bench.CounterOf(Counter::kMPJoinRejected), 1u);
}

// Covers: RST-5, SEM-3, CLOSE-15
TEST_F(Join, AResetOfASubflowLeavesTheConnection) {
  Flow& second = bench_.Join(*first_);
  second.Send(Rst().MpTcpRst(ResetReason::kBadPerformance, true));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.failure(), std::nullopt);
  ExpectUnharmed();
}

TEST_F(Join, OfAConnectionThatWasAbortedIsRefused) {  // its token is still known while the fast close waits for its answer
  bench_.Abort();
  Flow& late = bench_.NewFlow(*first_, {Bench::kPeerAddress2, Bench::kPeerPort});
  late.Send(Syn().Mss(1460).MpJoin(2));
  late.Expect(RstAck().MpTcpRst(ResetReason::kMptcpError));
  EXPECT_EQ(bench_.CounterOf(Counter::kMPJoinRejected), 1u);
}

TEST_F(Join, OfAConnectionThatHasFailedIsNotOpened) {
  first_->Send(Ack().MpFastclose());
  ASSERT_EQ(bench_.failure(), Error::kReset);
  const auto refused = bench_.endpoint().AddSubflow(bench_.connection, {Bench::kDutAddress2, 0}, first_->own(), false, bench_.now());
  EXPECT_EQ(refused.error(), Error::kReset);
}

// Covers: CLOSE-12, SEM-3
TEST_F(Join, AFinOfASubflowLeavesTheConnection) {
  Flow& second = bench_.Join(*first_);
  second.Send(Fin());
  bench_.Advance(Duration::Seconds(1));
  EXPECT_FALSE(bench_.HasEvent(EventKind::kPeerClosed));
  ExpectUnharmed();
}

// Covers: RST-5, SEM-5
TEST_F(Join, TheFirstSubflowMayDieFirst) {
  Flow& second = bench_.Join(*first_);
  first_->Send(Rst());
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  second.Send(Data("on").Map(2, 1, 2).DataAck(2));
  second.ExpectEventually(Ack(3).DataAck(4));
  EXPECT_EQ(bench_.Read(), "on");
  EXPECT_EQ(bench_.Info().first_tuple.remote.address, Bench::kPeerAddress) << "the application sees the first pair of addresses";
}

// The endpoint opens the subflow.
class ActiveJoin : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(bench_.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench_.now()).has_value());
    ConnectionOptions options;
    options.tcp.no_delay = true;
    options.subflow_retry = Duration::Zero();
    first_ = &bench_.ConnectMptcp(options);
    bench_.ExchangeOneByte(*first_);
    second_ = &bench_.ExpectNewFlow(*first_, Syn().Seq(0).MpJoin(1));
  }
  Bench bench_;
  Flow* first_ = nullptr;
  Flow* second_ = nullptr;
};

// Covers: JOIN-2, HEU-1
TEST_F(ActiveJoin, GoesToThePortOfTheFirstSubflow) {  // RFC 8684 3.9.1
  EXPECT_EQ(second_->own(), first_->own());
  EXPECT_EQ(second_->theirs().address, Bench::kDutAddress2);
}

// Covers: JOIN-10, JOIN-12
TEST_F(ActiveJoin, TheThirdAckIsRepeatedUntilAnAckComes) {  // RFC 8684 3.2: PRE_ESTABLISHED
  second_->Send(SynAck().Mss(1460).MpJoin(0));
  second_->Expect(Ack(1).MpJoin(0));
  second_->Expect(Ack(1).MpJoin(0), Duration::Seconds(3));
  EXPECT_EQ(bench_.Info().subflows_total, 1);
  second_->Send(Ack().DataAck(2));
  second_->ExpectNothing(Duration::Millis(100));
  EXPECT_EQ(bench_.Info().subflows_total, 2);
}

// Covers: JOIN-12
TEST_F(ActiveJoin, TheThirdAckWaitsTwoRoundTripsOfASlowPath) {
  bench_.Advance(Duration::Millis(400));
  second_->Send(SynAck().Mss(1460).MpJoin(0));
  second_->Expect(Ack(1).MpJoin(0));
  second_->ExpectAfter(Ack(1).MpJoin(0), Duration::Millis(800), Duration::Millis(820));
}

// Covers: JOIN-12
TEST_F(ActiveJoin, AThirdAckThatNobodyAnswersIsGivenUp) {
  second_->Send(SynAck().Mss(1460).MpJoin(0));
  Instant last = second_->Expect(Ack(1).MpJoin(0));
  Duration interval = Duration::Zero();
  for (int repeat = 1; repeat <= 7; ++repeat) {
    const Instant at = second_->Expect(Ack(1).MpJoin(0), Duration::Seconds(300));
    if (repeat > 1) {
      EXPECT_EQ(at - last, interval * 2) << repeat;
    }
    interval = at - last;
    last = at;
  }
  second_->Expect(RstAck().MpTcpRst(ResetReason::kUnspecified, true), interval * 2 + Duration::Millis(2));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

// Covers: JOIN-13
TEST_F(ActiveJoin, NoDataBeforeTheFourthPacket) {
  second_->Send(SynAck().Mss(1460).MpJoin(0));
  second_->Expect(Ack(1).MpJoin(0));
  bench_.Write(std::string(40000, 'x'));
  bench_.Advance(Duration::Millis(15));
  second_->ExpectNothing(Duration::Zero());
  second_->Send(Ack().DataAck(2));
  second_->ExpectEventually(Bare({.ack = true}).AnyPayload().SomeMap(), Duration::Millis(500));
}

// Covers: JOIN-14, ERR-1, HEU-7
TEST_F(ActiveJoin, AWrongHmacIsReset) {
  second_->Send(SynAck().Mss(1460).MpJoin(0).BadHmac());
  const CapturedPtr reset = second_->Take();
  EXPECT_TRUE(reset->view.flags.rst);
  EXPECT_EQ(bench_.CounterOf(Counter::kMPJoinSynAckHMacFailure), 1u);
  second_->ExpectNothing(Duration::Seconds(5));
  EXPECT_FALSE(bench_.HasUnclaimed());
}

// Covers: JOIN-16, ERR-1, HEU-7, FB-2
TEST_F(ActiveJoin, ASynAckWithoutTheOptionIsReset) {
  second_->Send(SynAck().Mss(1460));
  EXPECT_TRUE(second_->Take()->view.flags.rst);
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

// Covers: RST-3, JOIN-19
TEST_F(ActiveJoin, ARefusalLeavesTheConnection) {
  second_->Send(RstAck().Seq(0).Acking(1).MpTcpRst(ResetReason::kProhibited));
  second_->ExpectNothing(Duration::Seconds(5));
  EXPECT_FALSE(bench_.HasUnclaimed()) << "a permanent reason is not tried again (RFC 8684 3.6)";
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").SomeMap());
}

// The accepting side opens a subflow towards the client (RFC 8684 3.2: either host may), which listens nowhere.
// Covers: JOIN-1, JOIN-9
TEST_F(Join, MayBeOpenedByTheAcceptingSide) {
  const SocketAddress to = first_->own();
  ASSERT_TRUE(bench_.endpoint().AddSubflow(bench_.connection, {Bench::kDutAddress2, 0}, to, false, bench_.now()).has_value());
  bench_.Pump();
  Flow& second = bench_.ExpectNewFlow(*first_, Syn());
  second.Send(SynAck().Mss(1460).MpJoin(0));
  second.Expect(Ack(1).MpJoin(0));  // 24 bytes, and the HMAC is right
  second.Send(Ack().DataAck(2));
  EXPECT_EQ(bench_.Info().subflows_total, 2);
}

TEST_F(Join, SimultaneousJoinsFromBothSidesAreTwoSubflowsOrOne) {
  ASSERT_TRUE(bench_.endpoint().AddSubflow(bench_.connection, {Bench::kDutAddress2, 0}, first_->own(), false, bench_.now()).has_value());
  bench_.Pump();
  Flow& ours = bench_.NewFlow(*first_, SecondAddress());
  ours.Send(Syn().Mss(1460).MpJoin(2));
  ours.Expect(SynAck().MpJoin(0));
  Flow& theirs = bench_.ExpectNewFlow(*first_, Syn());
  theirs.Send(SynAck().Mss(1460).MpJoin(0));
  theirs.Expect(Ack(1));
  theirs.Send(Ack().DataAck(2));
  ours.Send(Ack().MpJoin(2));
  ours.Expect(Ack(1));
  EXPECT_EQ(bench_.Info().subflows_total, 3);
  ExpectUnharmed();
}

// Both hosts have lost the only subflow at the same moment, and both join between the sockets that it had.
TEST_F(Join, OfTheAcceptingSideGivesWayToOneThatItCrosses) {
  ASSERT_TRUE(bench_.endpoint().AddSubflow(bench_.connection, {Bench::kDutAddress2, 0}, first_->own(), false, bench_.now()).has_value());
  bench_.Pump();
  Flow& ours = bench_.ExpectNewFlow(*first_, Syn());
  ours.Skip();
  ours.Send(Syn().Seq(0).Mss(1460).MpJoin(2));
  ours.Expect(SynAck().MpJoin(255));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
}

// Covers: JOIN-11
TEST_F(Join, ADuplicateOfTheThirdAckIsAnsweredAgain) {  // the fourth packet may have been lost
  Flow& second = bench_.Join(*first_);
  second.Skip();
  second.Send(Ack().MpJoin(2));
  second.Expect(Ack(1), Duration::Millis(10));
}

TEST_F(Join, ADuplicateSynMakesNoSecondSubflow) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Send(Syn().Seq(0).Mss(1460).MpJoin(2));
  second.Expect(SynAck().MpJoin(0));
  second.Skip();
  second.Send(Ack().Seq(1).Acking(1).MpJoin(2));
  second.Expect(Ack(1));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
}

// Covers: JOIN-21, SEC-2
TEST_F(Join, EveryAttemptHasItsOwnNonce) {
  std::uint32_t last = 0;
  for (std::uint16_t port = 50000; port < 50003; ++port) {
    Flow& second = bench_.NewFlow(*first_, {Bench::kPeerAddress2, port});
    second.Send(Syn().Mss(1460).MpJoin(2));
    second.Expect(SynAck().MpJoin(0));
    EXPECT_NE(second.their_nonce, last);
    last = second.their_nonce;
  }
}

// Covers: CAP-24
TEST(DenyJoin, TheCFlagKeepsSubflowsAwayFromTheInitialAddress) {  // RFC 8684 3.1
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true, .fullmesh = true}, bench.now()).has_value());
  Flow& first = bench.ConnectMptcp({}, 0x21);
  bench.ExchangeOneByte(first);
  bench.Advance(Duration::Seconds(1));
  EXPECT_FALSE(bench.HasUnclaimed());
  first.Send(Ack().AddAddr({.address_id = 5, .address = Bench::kPeerAddress2}));
  bench.Advance(Duration::Millis(10));
  EXPECT_TRUE(bench.HasUnclaimed()) << "an announced address is fine";
}

TEST(DenyJoin, OursIsSentWhenConfigured) {
  ConnectionOptions options;
  options.deny_join_initial_address = true;
  Bench bench;
  bench.Listen(options);
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable(0x21));
}

}  // namespace
}  // namespace mptcpp::conformance
