// SPDX-License-Identifier: Apache-2.0
// ADD_ADDR, REMOVE_ADDR, MP_PRIO and MP_TCPRST (RFC 8684 3.3.8, 3.4, 3.6).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

using wire::ResetReason;

ConnectionOptions Options() {
  ConnectionOptions options;
  options.tcp.no_delay = true;
  return options;
}

class Announced : public ::testing::Test {  // the endpoint is the client
 protected:
  void SetUp() override {
    first_ = &bench_.ConnectMptcp(Options());
    bench_.ExchangeOneByte(*first_);
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: ADDR-5, ADDR-9
TEST_F(Announced, AnAddressIsEchoedAndJoined) {
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  first_->ExpectEventually(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .echo = true}));
  Flow& second = bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  EXPECT_EQ(second.own(), (SocketAddress{Bench::kPeerAddress2, Bench::kDutPort})) << "the port of the carrying subflow";
}

TEST_F(Announced, APortIsUsed) {
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .port = 8443}));
  first_->ExpectEventually(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .port = 8443, .echo = true}));
  Flow& second = bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  EXPECT_EQ(second.own().port, 8443);
}

// Covers: ADDR-7, SEC-4
TEST_F(Announced, AWrongHmacIsIgnoredSilently) {
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .bad_hmac = true}));
  first_->ExpectNothing(Duration::Seconds(1));
  EXPECT_FALSE(bench_.HasUnclaimed());
  EXPECT_EQ(bench_.CounterOf(Counter::kAddAddrDrop), 1u);
}

// Covers: ADDR-13
TEST_F(Announced, TheSameIdWithAnotherAddressIsIgnored) {  // only after REMOVE_ADDR
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  first_->Skip();
  first_->Send(Ack().AddAddr({.address_id = 2, .address = IpAddress::V4(198, 51, 100, 77)}));
  bench_.Advance(Duration::Seconds(1));
  EXPECT_FALSE(bench_.HasUnclaimed());
}

// Covers: ADDR-17, GEN-4
TEST_F(Announced, OutsideTheWindowItHasNoEffect) {
  first_->Send(Ack().Seq(0x40000000).AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  bench_.Advance(Duration::Seconds(1));
  EXPECT_FALSE(bench_.HasUnclaimed());
}

// Covers: ADDR-12, HEU-8
TEST_F(Announced, AFailedAddressIsNotTriedAgainUntilAnnouncedAgain) {  // 3.4.1, 3.9.3
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  Flow& second = bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  second.Send(RstAck().Seq(0).Acking(1).MpTcpRst(ResetReason::kProhibited));
  second.ExpectNothing(Duration::Seconds(10));
  EXPECT_FALSE(bench_.HasUnclaimed());
}

// Covers: ADDR-19
TEST_F(Announced, TheNumberOfAttemptsIsBounded) {  // 5: no reflection of SYNs
  for (std::uint8_t i = 0; i < 40; ++i) {
    first_->Send(Ack().AddAddr({.address_id = static_cast<std::uint8_t>(10 + i), .address = IpAddress::V4(203, 0, 113, i)}));
  }
  int syns = 0;
  bench_.Advance(Duration::Millis(500));
  while (bench_.HasUnclaimed()) {
    bench_.ExpectNewFlow(*first_, Syn());
    ++syns;
  }
  EXPECT_LE(syns, 8);
}

// Covers: GEN-3
TEST_F(Announced, ManySignalsMakeNoRowOfDuplicateAcks) {  // 3, 4: at most two in a row
  for (std::uint8_t i = 0; i < 6; ++i) {
    first_->Send(Ack().AddAddr({.address_id = static_cast<std::uint8_t>(10 + i), .address = IpAddress::V4(203, 0, 113, i)}));
  }
  bench_.Advance(Duration::Micros(100));
  int in_a_row = 0;
  while (first_->HasWaiting()) {
    first_->Take();
    ++in_a_row;
  }
  EXPECT_LE(in_a_row, 2);
  bench_.Advance(Duration::Seconds(2));
  EXPECT_EQ(bench_.CounterOf(Counter::kEchoAddTx), 6u) << "the others follow, a round trip apart";
}

// Covers: ADDR-6, ADDR-10
TEST(Announcing, IsRepeatedUntilEchoed) {  // 3.4.1
  ConnectionOptions options = Options();
  options.add_addr_timeout = Duration::Seconds(2);
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .signal = true}, bench.now()).has_value());
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  const AddAddrSpec spec{.address_id = 1, .address = Bench::kDutAddress2};
  ASSERT_TRUE(bench.AdvanceUntil([&] { return bench.CounterOf(Counter::kAddAddrTx) >= 2; }, Duration::Seconds(30)));
  first.ExpectEventually(Ack().AddAddr(spec), Duration::Seconds(1));  // the repetition; the helper above skipped the first
  AddAddrSpec echo = spec;
  echo.echo = true;
  first.Send(Ack().AddAddr(echo));
  first.Skip();
  first.ExpectNothing(Duration::Seconds(200));
  EXPECT_EQ(bench.CounterOf(Counter::kEchoAdd), 1u);
}

class Withdrawn : public ::testing::Test {
 protected:
  void SetUp() override {
    first_ = &bench_.AcceptMptcp(Options());
    bench_.ExchangeOneByte(*first_);
    second_ = &bench_.Join(*first_, 2);
    first_->Skip();
    second_->Skip();
  }
  Bench bench_;
  Flow* first_ = nullptr;
  Flow* second_ = nullptr;
};

// Covers: RM-3, RM-6
TEST_F(Withdrawn, ADeadPathIsProbedAndThenReset) {  // 3.4.2
  first_->Send(Ack().RemoveAddr({2}));
  const CapturedPtr probe = second_->Take(Duration::Seconds(2));
  EXPECT_FALSE(probe->view.flags.rst);
  EXPECT_EQ(probe->view.seq.DistanceFrom(*second_->Incoming().seq), 0u) << "a keepalive: SND.NXT-1";
  const CapturedPtr end = [&] {
    CapturedPtr next = second_->Take(Duration::Seconds(120));
    while (!next->view.flags.rst) next = second_->Take(Duration::Seconds(120));
    return next;
  }();
  EXPECT_TRUE(end->view.flags.rst);
  EXPECT_EQ(bench_.Info().subflow_count, 1);
}

// Covers: RM-3
TEST_F(Withdrawn, ALivingPathIsKept) {
  first_->Send(Ack().RemoveAddr({2}));
  second_->Take(Duration::Seconds(2));
  second_->Send(Ack(1).DataAck(2));
  bench_.Advance(Duration::Seconds(60));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
}

// Covers: RM-7
TEST_F(Withdrawn, AnUnknownIdIsIgnored) {
  first_->Send(Ack().RemoveAddr({9}));
  bench_.Advance(Duration::Seconds(60));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
  EXPECT_EQ(bench_.CounterOf(Counter::kRmAddrDrop), 1u);
}

// Covers: RM-1, RM-8
TEST(Withdrawing, OursIsSentAndItsSubflowEnds) {
  Bench bench;
  const auto id = bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench.now());
  ASSERT_TRUE(id.has_value());
  Flow& first = bench.ConnectMptcp(Options());
  bench.ExchangeOneByte(first);
  Flow& second = bench.ExpectNewFlow(first, Syn().MpJoin(id->value()));
  second.Send(SynAck().Mss(1460).MpJoin(0));
  second.Expect(Ack(1).MpJoin(id->value()));
  second.Send(Ack().DataAck(2));
  first.Skip();
  second.Skip();
  ASSERT_TRUE(bench.endpoint().RemovePathEndpoint(*id, bench.now()).has_value());
  bench.Pump();
  const CapturedPtr end = second.Take();
  EXPECT_TRUE(end->view.flags.fin || end->view.flags.rst);
  first.ExpectEventually(Ack().RemoveAddr({id->value()}));
}

// Covers: PRIO-2, PRIO-3
TEST_F(Withdrawn, PriorityMovesTheDataAndBack) {  // 3.3.8
  first_->Send(Ack().MpPrio(true));
  EXPECT_TRUE(bench_.HasEvent(EventKind::kPriorityChanged));
  bench_.Write("abcd");
  second_->ExpectEventually(Data("abcd").Map(2, 1, 4));
  second_->Send(Ack().DataAck(6));
  second_->Send(Ack().MpPrio(true));
  first_->Send(Ack().MpPrio(false));
  first_->Skip();
  bench_.Write("efgh");
  first_->ExpectEventually(Data("efgh").Map(6, 2, 4));
}

// Covers: PRIO-2
TEST_F(Withdrawn, OurPriorityIsTold) {
  ASSERT_TRUE(bench_.endpoint().SetBackup(bench_.connection, SubflowId(1), true, bench_.now()).has_value());
  bench_.Pump();
  second_->ExpectEventually(Ack().MpPrio(true));
  ASSERT_TRUE(bench_.endpoint().SetBackup(bench_.connection, SubflowId(1), false, bench_.now()).has_value());
  bench_.Pump();
  second_->ExpectEventually(Ack().MpPrio(false));
}

// Covers: PRIO-4
TEST_F(Withdrawn, TheFourByteFormOfMpPrioIsIgnored) {  // version 0 only
  second_->Send(Ack().Raw({30, 4, 0x51, 2}));
  bench_.Advance(Duration::Millis(10));
  EXPECT_FALSE(bench_.HasEvent(EventKind::kPriorityChanged));
}

// Covers: RST-6
TEST_F(Withdrawn, MpTcpRstWithoutResetMeansNothing) {  // 3.6
  second_->Send(Ack().MpTcpRst(ResetReason::kBadPerformance));
  bench_.Advance(Duration::Millis(100));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
}

// Covers: RST-2
TEST(ResetReasons, ATransientOneIsTriedAgainLater) {  // 3.6: T
  ConnectionOptions options = Options();
  options.subflow_retry = Duration::Seconds(1);
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench.now()).has_value());
  Flow& first = bench.ConnectMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& second = bench.ExpectNewFlow(first, Syn().MpJoin(1));
  second.Send(SynAck().Mss(1460).MpJoin(0));
  second.Expect(Ack(1).MpJoin(1));
  second.Send(Ack().DataAck(2));
  second.Send(Rst().MpTcpRst(ResetReason::kNoResources, true));
  EXPECT_EQ(bench.Info().subflow_count, 1);
  second.ExpectEventually(Syn().MpJoin(1), Duration::Seconds(70));
}

// Covers: RST-3
TEST(ResetReasons, APermanentOneIsNot) {
  ConnectionOptions options = Options();
  options.subflow_retry = Duration::Seconds(1);
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench.now()).has_value());
  Flow& first = bench.ConnectMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& second = bench.ExpectNewFlow(first, Syn().MpJoin(1));
  second.Send(SynAck().Mss(1460).MpJoin(0));
  second.Expect(Ack(1).MpJoin(1));
  second.Send(Ack().DataAck(2));
  second.Send(Rst().MpTcpRst(ResetReason::kProhibited, false));
  second.ExpectNothing(Duration::Seconds(120));  // not from the same port
  EXPECT_FALSE(bench.HasUnclaimed());            // nor from another
}

}  // namespace
}  // namespace mptcpp::conformance
