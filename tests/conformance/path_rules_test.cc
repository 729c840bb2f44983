// SPDX-License-Identifier: Apache-2.0
// Addresses that come and go: what is announced, repeated, withdrawn, tried again, and from and to which ports (RFC 8684 3.3.8,
// 3.4, 3.6, 3.9).
#include <gtest/gtest.h>

#include <string>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

using wire::MptcpSubtype;
using wire::ResetReason;

ConnectionOptions Options() {
  ConnectionOptions options;
  options.tcp.no_delay = true;
  options.subflow_retry = Duration::Seconds(1);
  return options;
}

class ClientPaths : public ::testing::Test {
 protected:
  void Open(const ConnectionOptions& options = Options()) {
    first_ = &bench_.ConnectMptcp(options);
    bench_.ExchangeOneByte(*first_);
  }
  AddressId AddEndpoint(PathEndpoint endpoint) {
    const auto id = bench_.endpoint().AddPathEndpoint(endpoint, bench_.now());
    EXPECT_TRUE(id.has_value());
    bench_.Pump();
    return *id;
  }
  // Accepts the join that the endpoint opens.
  Flow& AcceptJoin(std::uint8_t id, Duration within = Duration::Seconds(1)) {
    Flow& flow = bench_.ExpectNewFlow(*first_, Syn(), within);
    flow.Send(SynAck().Mss(1460).MpJoin(id));
    flow.Expect(Ack(1));
    flow.Send(Ack().DataAck(2));
    return flow;
  }
  int CountRemovals(Flow& flow, Duration time) {
    bench_.Advance(time);
    int count = 0;
    while (flow.HasWaiting()) count += HasOption(*flow.Take(), MptcpSubtype::kRemoveAddr);
    return count;
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: HEU-1, HEU-2
TEST_F(ClientPaths, AJoinUsesThePortsOfTheFirstSubflow) {
  AddEndpoint({.address = Bench::kDutAddress2, .subflow = true});
  Open();
  Flow& second = bench_.ExpectNewFlow(*first_, Syn().MpJoin(1));
  EXPECT_EQ(second.own().port, first_->own().port);
  EXPECT_EQ(second.theirs().port, first_->theirs().port);
}

// Covers: HEU-2, HEU-3
TEST_F(ClientPaths, BetweenTheSameAddressesTheLocalPortDiffers) {
  ConnectionOptions options = Options();
  options.ports_per_path = 2;
  Open(options);
  Flow& second = bench_.ExpectNewFlow(*first_, Syn().MpJoin(0));
  EXPECT_EQ(second.theirs().address, first_->theirs().address);
  EXPECT_EQ(second.own(), first_->own());
  EXPECT_NE(second.theirs().port, first_->theirs().port);
}

// Covers: ADDR-14
TEST_F(ClientPaths, TheSameIdWithANewPortIsTried) {
  Open();
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .port = 8443}));
  Flow& refused = bench_.ExpectNewFlow(*first_, Syn());
  refused.Send(RstAck().Seq(0).Acking(1).MpTcpRst(ResetReason::kProhibited));
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .port = 9443}));
  Flow& second = bench_.ExpectNewFlow(*first_, Syn());
  EXPECT_EQ(second.own().port, 9443);
}

// Covers: ADDR-4, ADDR-12, HEU-8
TEST_F(ClientPaths, AFailedAddressIsTriedAgainWhenAnnouncedAgain) {
  Open();
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  Flow& second = bench_.ExpectNewFlow(*first_, Syn());
  second.Send(RstAck().Seq(0).Acking(1).MpTcpRst(ResetReason::kProhibited));
  bench_.Advance(Duration::Seconds(60));
  EXPECT_FALSE(second.HasWaiting() || bench_.HasUnclaimed());
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  second.ExpectEventually(Syn());
}

// Covers: ADDR-16, JOIN-20
TEST_F(ClientPaths, AnAddressThatHasJoinedIsNotJoinedWhenAnnounced) {
  Open();
  Flow& second = bench_.NewFlow(*first_, {Bench::kPeerAddress2, Bench::kDutPort}, first_->theirs());
  second.Send(Syn().Mss(1460).MpJoin(2));  // the peer opens it itself
  second.Expect(SynAck().MpJoin(0));
  second.Send(Ack().MpJoin(2));
  second.Expect(Ack(1));
  first_->Skip();
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  first_->ExpectEventually(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2, .echo = true}));
  bench_.Advance(Duration::Seconds(5));
  EXPECT_FALSE(bench_.HasUnclaimed());
  EXPECT_EQ(bench_.Info().subflow_count, 2);
}

// Covers: ADDR-1, ADDR-2, ADDR-11
TEST_F(ClientPaths, AnAddressMayBeAnnouncedAnyTimeAPrivateOneToo) {
  Open();
  bench_.Advance(Duration::Seconds(100));
  const IpAddress private_address = IpAddress::V4(10, 0, 0, 7);
  const AddressId first = AddEndpoint({.address = private_address, .signal = true});
  first_->ExpectEventually(Ack().AddAddr({.address_id = first.value(), .address = private_address}));
  first_->Send(Ack().AddAddr({.address_id = first.value(), .address = private_address, .echo = true}));
  const AddressId second = AddEndpoint({.address = Bench::kDutAddress2, .signal = true});
  EXPECT_NE(first.value(), second.value());
  first_->ExpectEventually(Ack().AddAddr({.address_id = second.value(), .address = Bench::kDutAddress2}));
}

// Covers: ADDR-8
TEST_F(ClientPaths, SpareFlagsOfAnEchoAreIgnored) {
  Open();
  AddEndpoint({.address = Bench::kDutAddress2, .signal = true});
  first_->ExpectEventually(Ack().AddAddr({.address_id = 1, .address = Bench::kDutAddress2}));
  first_->Send(Ack().Raw({30, 8, 0x3f, 1, 192, 0, 2, 2}));
  EXPECT_EQ(bench_.CounterOf(Counter::kEchoAdd), 1u);
}

// Nothing answers a REMOVE_ADDR, so a lost one must not be the only one.
// Covers: RM-1, RM-2
TEST_F(ClientPaths, AWithdrawalIsRepeatedAFewTimes) {
  const AddressId id = AddEndpoint({.address = Bench::kDutAddress2, .signal = true});
  Open();
  first_->ExpectEventually(Ack().AddAddr({.address_id = id.value(), .address = Bench::kDutAddress2}));
  first_->Send(Ack().AddAddr({.address_id = id.value(), .address = Bench::kDutAddress2, .echo = true}));
  ASSERT_TRUE(bench_.endpoint().RemovePathEndpoint(id, bench_.now()).has_value());  // announced, never used, still there
  bench_.Pump();
  first_->ExpectEventually(Ack().RemoveAddr({id.value()}));
  EXPECT_EQ(CountRemovals(*first_, Duration::Seconds(30)), 2);
}

// Covers: RM-8
TEST_F(ClientPaths, AWorkingSubflowOfAWithdrawnAddressIsClosedByFin) {
  const AddressId id = AddEndpoint({.address = Bench::kDutAddress2, .subflow = true});
  Open();
  Flow& second = AcceptJoin(0);
  ASSERT_TRUE(bench_.endpoint().RemovePathEndpoint(id, bench_.now()).has_value());
  bench_.Pump();
  second.ExpectEventually(Fin());
}

// Covers: PRIO-6, RM-10
TEST_F(ClientPaths, AnAddressIsLeftWithoutAGapBackupFirst) {
  const AddressId id = AddEndpoint({.address = Bench::kDutAddress2, .subflow = true});
  Open();
  Flow& second = AcceptJoin(0);
  ASSERT_TRUE(bench_.endpoint().SetBackup(bench_.connection, SubflowId(1), true, bench_.now()).has_value());
  bench_.Pump();
  second.ExpectEventually(Ack().MpPrio(true));
  first_->Skip();
  ASSERT_TRUE(bench_.endpoint().RemovePathEndpoint(id, bench_.now()).has_value());
  bench_.Pump();
  first_->ExpectEventually(Ack().RemoveAddr({id.value()}));
  second.ExpectEventually(Fin());
}

// Covers: RM-4
TEST_F(ClientPaths, AWithdrawnAddressGetsNoNewSubflowEvenIfItAnswers) {
  Open();
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  Flow& second = AcceptJoin(2);
  second.Skip();
  first_->Send(Ack().RemoveAddr({2}));
  second.Take();  // the keepalive
  second.Send(Ack(1).DataAck(2));
  bench_.Advance(Duration::Seconds(5));
  EXPECT_EQ(bench_.Info().subflow_count, 2);
  second.Send(Rst().MpTcpRst(ResetReason::kNoResources, true));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  bench_.Advance(Duration::Seconds(120));
  EXPECT_FALSE(bench_.HasUnclaimed());
}

// Covers: RM-9, RM-6
TEST_F(ClientPaths, SeveralIdsMayBeWithdrawnAtOnceTheFirstAddressAmongThem) {
  Open();
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  Flow& second = AcceptJoin(2);
  first_->Send(Ack().AddAddr({.address_id = 3, .address = IpAddress::V4(198, 51, 100, 3)}));
  Flow& third = AcceptJoin(3);
  second.Skip();
  third.Send(Ack().RemoveAddr({0, 2}));
  bench_.Advance(Duration::Seconds(5));  // neither path answers the keepalive
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.CounterOf(Counter::kRmAddr), 2u);
}

// Covers: RM-5, GEN-4
TEST_F(ClientPaths, AWithdrawalOutsideTheWindowHasNoEffect) {
  Open();
  first_->Send(Ack().Seq(0x40000000).RemoveAddr({0}));
  bench_.Advance(Duration::Seconds(5));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.CounterOf(Counter::kRmAddr), 0u);
}

// Covers: RST-2
TEST_F(ClientPaths, HowSoonALostPathIsTriedAgainDependsOnTheReason) {
  AddEndpoint({.address = Bench::kDutAddress2, .subflow = true});
  Open();
  Flow& second = AcceptJoin(0);
  second.Skip();
  const Instant middlebox = bench_.now();
  second.Send(Rst().MpTcpRst(ResetReason::kMiddlebox, true));
  const Duration soon = second.ExpectEventually(Syn().MpJoin(1), Duration::Seconds(70)) - middlebox;
  second.Send(SynAck().Seq(0).Acking(1).Mss(1460).MpJoin(0));
  second.ExpectEventually(Ack(1));
  second.Send(Ack().Seq(1).DataAck(2));
  const Instant resources = bench_.now();
  second.Send(Rst().Seq(1).MpTcpRst(ResetReason::kNoResources, true));
  const Duration late = second.ExpectEventually(Syn().MpJoin(1), Duration::Seconds(70)) - resources;
  EXPECT_GT(late, soon * 4);
}

// Covers: SEM-4
TEST_F(ClientPaths, AnAddressIsKnownToItsConnectionOnly) {
  Open();
  Flow& other = bench_.ConnectMptcp(Options());
  bench_.ExchangeOneByte(other);
  first_->Send(Ack().AddAddr({.address_id = 2, .address = Bench::kPeerAddress2}));
  Flow& joined = bench_.ExpectNewFlow(*first_, Syn());
  EXPECT_EQ(joined.theirs().port, first_->theirs().port);
  other.Skip();
  other.Send(Ack().RemoveAddr({2}));  // not the other one's
  bench_.Advance(Duration::Millis(100));
  EXPECT_EQ(bench_.CounterOf(Counter::kRmAddrDrop), 1u);
  EXPECT_FALSE(bench_.HasUnclaimed());
}

// Covers: PRIO-1, PRIO-5
TEST_F(ClientPaths, ABackupIsUsedWhenTheRegularPathFails) {
  AddEndpoint({.address = Bench::kDutAddress2, .subflow = true, .backup = true});
  Open();
  Flow& second = bench_.ExpectNewFlow(*first_, Syn().MpJoin(1, true));
  second.Send(SynAck().Mss(1460).MpJoin(0, true));
  second.Expect(Ack(1));
  second.Send(Ack().DataAck(2));
  second.Skip();
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  second.ExpectNothing(Duration::Millis(20));
  second.ExpectEventually(Data("abcd").SomeMap(), Duration::Seconds(2));
}

}  // namespace
}  // namespace mptcpp::conformance
