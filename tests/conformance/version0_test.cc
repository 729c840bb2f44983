// SPDX-License-Identifier: Apache-2.0
// Version 0 (RFC 6824) where it differs from version 1, rule by rule.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

using wire::ResetReason;

ConnectionOptions Speaking(VersionPolicy policy) {
  ConnectionOptions options;
  options.version = policy;
  options.tcp.no_delay = true;
  return options;
}
ConnectionOptions Version0() { return Speaking(VersionPolicy::kVersion0); }

SocketAddress SecondAddress() { return {Bench::kPeerAddress2, Bench::kPeerPort}; }

// A proven connection that the peer opened, with the bytes "A" and "B" behind it.
class V0 : public ::testing::Test {
 protected:
  void SetUp() override {
    first_ = &bench_.AcceptMptcp(Version0());
    bench_.ExchangeOneByte(*first_);
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// --- the handshake ----------------------------------------------------------------------------------------------------------

// Covers: V0-1
TEST(V0Capable, PassiveOpenTakesTheKeyFromTheSyn) {
  Bench bench;
  bench.Listen(Version0());
  Flow& peer = bench.NewFlow();
  peer.peer().version = 0;
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().Seq(0).Acking(1).MpCapable());
  peer.Send(Ack().MpCapable());
  peer.Send(Data("abcd").Map(1, 1, 4).DataAck(1));
  peer.ExpectEventually(Ack(5).DataAck(5));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.Info().version, MptcpVersion::k0);
  EXPECT_EQ(bench.Info().remote_token, Token(0xdd5783bc)) << "SHA-1 of 0102030405060708";
}

// Covers: V0-1, V0-3
TEST(V0Capable, ActiveOpenSendsAThirdAckWithoutPayloadAndNoKeysAfterIt) {
  Bench bench;
  Flow& peer = bench.Connect(Version0());
  peer.peer().version = 0;
  peer.Expect(Syn().MpCapable());
  bench.Write("abcd");  // waits from the beginning
  bench.Advance(Bench::kRtt);
  peer.Send(SynAck().Mss(1460).MpCapable());
  peer.Expect(Ack(1).Seq(1).MpCapable());
  peer.Expect(Data("abcd").Seq(1).Map(1, 1, 4).DataAck(1));
  peer.ExpectEventually(Data("abcd").Seq(1).Map(1, 1, 4));
}

TEST(V0Capable, ALostSynAckBringsTheThirdAckAgain) {
  Bench bench;
  Flow& peer = bench.Connect(Version0());
  peer.peer().version = 0;
  peer.Expect(Syn().MpCapable());
  peer.Send(SynAck().Mss(1460).MpCapable());
  peer.Expect(Ack(1).MpCapable());
  peer.Send(SynAck().Seq(0).Mss(1460).MpCapable());  // the third ACK was lost
  peer.Expect(Ack(1).MpCapable());
}

TEST(V0Capable, AThirdAckWithoutTheKeysMeansTcp) {
  Bench bench;
  bench.Listen(Version0());
  Flow& peer = bench.NewFlow();
  peer.peer().version = 0;
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Data("abcd").Map(1, 1, 4).DataAck(1));  // the ACK before it is lost
  peer.ExpectEventually(Ack(5).NoMptcp());
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kThirdAckWithoutOption);
}

TEST(V0Capable, KeysThatAreNotThoseOfTheSynMeanTcp) {
  for (const bool ours : {false, true}) {
    Bench bench;
    bench.Listen(Version0());
    Flow& peer = bench.NewFlow();
    peer.peer().version = 0;
    peer.Send(Syn().Mss(1460).MpCapable());
    peer.Expect(SynAck().MpCapable());
    peer.Send(ours ? Ack().MpCapable().Keys(peer.peer().own_key, 1) : Ack().MpCapable().Keys(1, peer.peer().their_key));
    peer.Send(Data("abcd"));
    peer.ExpectEventually(Ack(5).NoMptcp());
    bench.connection = bench.Accept();
    EXPECT_EQ(bench.Info().fallback, FallbackReason::kForeignKey) << ours;
  }
}

TEST(V0Capable, EitherSideMayDemandChecksums) {
  Bench bench;
  ConnectionOptions options = Version0();
  options.checksum = true;
  Flow& peer = bench.AcceptMptcp(options);
  peer.Send(Data("abcd").Map(1, 1, 4).DataAck(1));
  peer.ExpectEventually(Ack(5).DataAck(5));
  EXPECT_TRUE(bench.Info().checksum);
}

// Covers: V0-9
TEST(V0Capable, ASynWithFlagBIsDroppedSilently) {
  for (const VersionPolicy policy : {VersionPolicy::kVersion0, VersionPolicy::kAuto}) {
    Bench bench;
    bench.Listen(Speaking(policy));
    Flow& peer = bench.NewFlow();
    peer.peer().version = 0;
    peer.Send(Syn().Mss(1460).MpCapable(0x41));
    peer.ExpectNothing(Duration::Seconds(5));
    EXPECT_EQ(bench.CounterOf(Counter::kMPCapableSYNIgnored), 1u);
    EXPECT_EQ(bench.CounterOf(Counter::kListenOverflow), 0u);
    EXPECT_EQ(bench.endpoint().connection_count(), 0u);
    peer.Send(Syn().Seq(0).Mss(1460).MpCapable(0x01));  // "retry with a format compatible with this specification"
    peer.Expect(SynAck().MpCapable());
  }
}

TEST(V0Capable, AnUnknownAlgorithmMeansTcp) {
  Bench bench;
  bench.Listen(Version0());
  Flow& peer = bench.NewFlow();
  peer.peer().version = 0;
  peer.Send(Syn().Mss(1460).MpCapable(0x02));
  peer.Expect(SynAck().NoMptcp());
}

// --- joins ------------------------------------------------------------------------------------------------------------------

// Covers: V0-2
TEST_F(V0, AJoinIsProvenWithSha1) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Expect(SynAck().Acking(1).MpJoin(0));
  second.Send(Ack().MpJoin(2));
  second.Expect(Ack(1));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
}

// Covers: V0-2
TEST(V0Join, TheOpenersProofIsSha1Too) {
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench.now()).has_value());
  Flow& first = bench.ConnectMptcp(Version0());
  bench.ExchangeOneByte(first);
  Flow& second = bench.ExpectNewFlow(first, Syn().MpJoin(1));
  second.Send(SynAck().Mss(1460).MpJoin(0));
  second.Expect(Ack(1).MpJoin(1));
}

// Covers: V0-8
TEST_F(V0, AWrongProofIsResetWithoutReason) {
  Flow& second = bench_.NewFlow(*first_, SecondAddress());
  second.Send(Syn().Mss(1460).MpJoin(2));
  second.Expect(SynAck().MpJoin(0));
  second.Send(Ack().MpJoin(2).BadHmac());
  const CapturedPtr answer = second.Take();
  EXPECT_TRUE(answer->view.flags.rst);
  EXPECT_EQ(answer->view.mptcp_count, 0) << "MP_TCPRST is unknown to version 0";
}

// Covers: V0-8
TEST_F(V0, MpTcpRstIsNotRead) {
  Flow& second = bench_.Join(*first_);
  second.Send(RstAck().MpTcpRst(ResetReason::kBadPerformance));
  bench_.Advance(Duration::Millis(10));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.CounterOf(Counter::kMPRstRx), 0u);
}

// --- addresses --------------------------------------------------------------------------------------------------------------

class V0Client : public ::testing::Test {
 protected:
  void SetUp() override {
    first_ = &bench_.ConnectMptcp(Version0());
    bench_.ExchangeOneByte(*first_);
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: V0-4
TEST_F(V0Client, AnAnnouncedAddressIsJoinedWithoutProofAndWithoutEcho) {
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  bench_.Advance(Duration::Seconds(1));
  EXPECT_EQ(bench_.CounterOf(Counter::kEchoAddTx), 0u);
  EXPECT_EQ(bench_.CounterOf(Counter::kAddAddr), 1u);
}

// Covers: V0-10
TEST_F(V0Client, TheSameIdWithTheSamePortAgainIsIgnoredAndWithAnotherIsTried) {
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .port = 8443}));
  Flow& second = bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  EXPECT_EQ(second.own(), (SocketAddress{Bench::kPeerAddress2, 8443}));
  second.Send(RstAck().Seq(0).Acking(1));
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .port = 8443}));
  bench_.Advance(Duration::Millis(500));
  EXPECT_FALSE(bench_.HasUnclaimed());
  first_->Send(Ack().AddAddr({.address_id = 2, .address = IpAddress::V4(203, 0, 113, 9), .port = 8443}));
  bench_.Advance(Duration::Millis(500));
  EXPECT_FALSE(bench_.HasUnclaimed()) << "an id keeps its address";
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .port = 8444}));
  Flow& third = bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  EXPECT_EQ(third.own().port, 8444);
}

// Covers: V0-4
TEST_F(V0Client, AnAnnouncementOfNoUseIsDropped) {
  first_->Send(Ack().AddAddr({.address_id = 0, .address = Bench::kPeerAddress2}));  // the id of the first subflow's address
  first_->Send(Ack().AddAddr({.address_id = 2, .address = IpAddress::V4(224, 0, 0, 1)}));
  first_->Send(Ack().AddAddr({.address_id = 3, .address = IpAddress::V4(0, 0, 0, 0)}));
  bench_.Advance(Duration::Seconds(1));
  EXPECT_EQ(bench_.CounterOf(Counter::kAddAddr), 3u);
  EXPECT_EQ(bench_.CounterOf(Counter::kAddAddrDrop), 3u);
  EXPECT_FALSE(bench_.HasUnclaimed());
}

// Covers: V0-4
TEST(V0Announcing, GoesOnceOnEverySubflowARoundTripApart) {
  Bench bench;
  Flow& first = bench.AcceptMptcp(Version0());
  bench.ExchangeOneByte(first);
  Flow& second = bench.Join(first, 2);
  first.Skip();
  second.Skip();
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .signal = true}, bench.now()).has_value());
  bench.Pump();
  const AddAddrSpec spec{.address_id = 1, .address = Bench::kDutAddress2};
  const Instant one = first.ExpectEventually(Ack().AddAddr(spec));
  const Instant two = second.ExpectEventually(Ack().AddAddr(spec));
  EXPECT_GE(two - one, Duration::Millis(1));
  bench.Advance(Duration::Seconds(300));
  EXPECT_EQ(bench.CounterOf(Counter::kAddAddrTx), 2u) << "nobody echoes, so nothing is repeated";
}

// --- priorities -------------------------------------------------------------------------------------------------------------

// Covers: V0-5
TEST_F(V0, MpPrioMayNameTheAddressOfAnotherSubflow) {
  Flow& second = bench_.Join(*first_, 2);
  first_->Skip();
  second.Skip();
  second.Send(Ack().Raw({30, 4, 0x51, 0}));  // "the subflows of my address 0 are backup", said on address 2
  EXPECT_TRUE(bench_.HasEvent(EventKind::kPriorityChanged));
  EXPECT_TRUE(bench_.Subflows()[0].remote_backup);
  EXPECT_FALSE(bench_.Subflows()[1].remote_backup);
  bench_.Write("abcd");
  second.ExpectEventually(Data("abcd").Map(2, 1, 4));
}

// Covers: V0-5
TEST_F(V0, MpPrioWithoutAddressSpeaksOfItsOwnSubflow) {
  Flow& second = bench_.Join(*first_, 2);
  second.Send(Ack().MpPrio(true));
  EXPECT_FALSE(bench_.Subflows()[0].remote_backup);
  EXPECT_TRUE(bench_.Subflows()[1].remote_backup);
}

// --- data, failure, close ---------------------------------------------------------------------------------------------------

// Covers: V0-6
TEST_F(V0, AChecksumThatWasNotNegotiatedIsIgnored) {
  first_->Skip();
  first_->Send(Data("abcd").Map(2, 2, 4, Sum::kWrong).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.Read(), "abcd");
  EXPECT_EQ(bench_.Info().mode, Mode::kMultipath);
}

TEST(V0Checksum, AMissingOneThatWasNegotiatedResets) {
  Bench bench;
  ConnectionOptions options = Version0();
  options.checksum = true;
  Flow& first = bench.AcceptMptcp(options);
  first.Send(Data("abcd").Map(1, 1, 4, Sum::kNone).DataAck(1));
  const CapturedPtr answer = first.Take();
  EXPECT_TRUE(answer->view.flags.rst);
  EXPECT_EQ(answer->view.mptcp_count, 0);
}

// Covers: V0-7
TEST_F(V0, FastcloseGoesOnAcksAndTheRstThatGivesUpIsBare) {
  first_->Skip();
  bench_.Abort();
  first_->Expect(Ack().MpFastclose());
  first_->ExpectEventually(Ack().MpFastclose());
  CapturedPtr last = first_->Take(Duration::Seconds(20));
  while (!last->view.flags.rst) last = first_->Take(Duration::Seconds(20));
  EXPECT_EQ(last->view.mptcp_count, 0);
}

// Covers: V0-7
TEST_F(V0, FastcloseOnAResetIsNotRead) {
  Flow& second = bench_.Join(*first_, 2);
  second.Send(RstAck().MpFastclose());
  bench_.Advance(Duration::Millis(10));
  EXPECT_FALSE(bench_.failure());
  EXPECT_EQ(bench_.Info().subflow_count, 1) << "a RST ends its subflow";
  first_->Send(Ack().MpFastclose());
  bench_.Advance(Duration::Millis(10));
  EXPECT_EQ(bench_.failure(), Error::kReset);
}

TEST_F(V0, DataFinEndsTheConnection) {
  first_->Skip();
  bench_.Shutdown();
  first_->ExpectEventually(Ack().DataFin(2));
  first_->Send(Ack().DataAck(3));
  first_->Send(Ack().DataAck(3).DataFin(2));
  bench_.Advance(Duration::Millis(100));
  EXPECT_TRUE(bench_.HasEvent(EventKind::kClosed));
}

TEST(V0Fallback, DataAcknowledgedWithoutDataAckLeadsToAnInfiniteMapping) {  // RFC 6824 3.6
  Bench bench;
  Flow& peer = bench.ConnectMptcp(Version0());
  bench.Write("abcd");
  peer.ExpectEventually(Data("abcd").Map(1, 1, 4));
  peer.Send(Ack());
  bench.Write("efgh");
  peer.ExpectEventually(Data("efgh").InfiniteMap(1, 1));
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kNoDataAck);
}

TEST(V0Fallback, BareFirstDataMeansTcp) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp(Version0());
  peer.Send(Data("abcd"));
  peer.ExpectEventually(Ack(5).NoMptcp());
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kFirstDataWithoutMapping);
}

}  // namespace
}  // namespace mptcpp::conformance
