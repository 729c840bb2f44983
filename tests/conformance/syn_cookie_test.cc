// SPDX-License-Identifier: Apache-2.0
// A listener that keeps nothing of a SYN (RFC 4987 3.6) and still ends up with Multipath TCP connections: its key is derived
// (RFC 8684 3.1), joins are held in a small table (docs/decisions/syn-cookies-and-joins.md).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

EndpointOptions Always() {
  EndpointOptions options;
  options.syn_cookies = SynCookies::kAlways;
  return options;
}

Segment FullSyn() { return Syn().Mss(1400).SackPermitted().Timestamps(1000, 0).WindowScale(9).MpCapable(); }

// What the endpoint's SYN/ACK says in its timestamp: it comes back in every ACK.
std::uint32_t TimestampOf(const Captured& syn_ack) { return syn_ack.view.options.timestamps->value; }

// Covers: CAP-16
TEST(SynCookie, AFloodLeavesNothingAndTheHonestGetMultipath) {
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(FullSyn());
  const CapturedPtr syn_ack = peer.Take();
  EXPECT_EQ(bench.endpoint().connection_count(), 0u);
  EXPECT_TRUE(syn_ack->view.options.sack_permitted);
  EXPECT_EQ(syn_ack->view.options.window_scale, 7);
  bench.Advance(Bench::kRtt);
  peer.Send(Ack().Timestamps(1020, TimestampOf(*syn_ack)).MpCapable());
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
  bench.Write("hello");
  peer.ExpectEventually(Data("hello").Seq(1).Map(1, 1, 5));
  peer.Send(Data("world").Timestamps(1030, TimestampOf(*syn_ack)).MpCapable());
  peer.ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench.Read(), "world");
  EXPECT_EQ(bench.Subflows().front().mss, 1400u - 12 - 28);
  EXPECT_EQ(bench.CounterOf(Counter::kSyncookiesSent), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kSyncookiesRecv), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kMPCapableSYNRX), 1u);
}

TEST(SynCookie, FirstDataMayTakeTheThirdAcksPlace) {  // RFC 8684 3.1: it has the keys, too
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(FullSyn());
  const CapturedPtr syn_ack = peer.Take();
  peer.Send(Data("abcd").Timestamps(1020, TimestampOf(*syn_ack)).MpCapable());
  peer.Expect(Ack(5).DataAck(5));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
}

// Covers: CAP-16, CAP-19
TEST(SynCookie, AForgedKeyIsNotMultipath) {
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Ack().MpCapable().Keys(0x0102030405060708, 0xdeadbeefdeadbeef));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Info().mode, Mode::kPlainTcp);
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kForeignKey);
  peer.Send(Data("abcd"));
  peer.ExpectEventually(Ack(5).NoMptcp());
}

TEST(SynCookie, AForgedCookieIsAnsweredByARst) {
  Bench bench(Always());
  bench.Listen();
  Flow& honest = bench.NewFlow({Bench::kPeerAddress2, 40000});
  honest.Send(Syn().Mss(1460));
  honest.Expect(SynAck());
  Flow& peer = bench.NewFlow();
  peer.Send(Ack().Acking(12345));
  peer.Expect(Rst());
  EXPECT_EQ(bench.endpoint().connection_count(), 0u);
  EXPECT_EQ(bench.CounterOf(Counter::kSyncookiesFailed), 1u);
}

TEST(SynCookie, OfAnotherClientIsWorthNothing) {
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460));
  const CapturedPtr syn_ack = peer.Take();
  Flow& thief = bench.NewFlow({Bench::kPeerAddress2, Bench::kPeerPort});
  thief.Send(Ack().Acking(syn_ack->view.seq.value() + 1));
  thief.Expect(Rst());
  EXPECT_EQ(bench.CounterOf(Counter::kSyncookiesFailed), 1u);
}

TEST(SynCookie, GrowsOld) {
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460));
  peer.Expect(SynAck());
  bench.Advance(Duration::Seconds(129));
  peer.Send(Ack());
  peer.Expect(Rst());
}

TEST(SynCookie, WithoutTimestampsOnlyTheMssIsRemembered) {
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1220).SackPermitted().WindowScale(9));
  const CapturedPtr syn_ack = peer.Take();
  EXPECT_FALSE(syn_ack->view.options.sack_permitted);
  EXPECT_FALSE(syn_ack->view.options.window_scale.has_value());
  peer.Send(Ack());
  bench.connection = bench.Accept();
  bench.Write(std::string(3000, 'x'));
  peer.Expect(Data("").Length(1220));
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kPeerNotCapable);
}

TEST(SynCookie, TheChecksumIsAgreedInTheThirdAck) {  // RFC 8684 3.1: A repeats its flags with the keys
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.peer().checksum = true;
  peer.Send(FullSyn().MpCapable(0x81));
  const CapturedPtr syn_ack = peer.Take();
  peer.Send(Ack().Timestamps(1020, TimestampOf(*syn_ack)).MpCapable(0x81));
  bench.connection = bench.Accept();
  EXPECT_TRUE(bench.Info().checksum);
}

TEST(SynCookie, OptionsWithoutKeysWaitForTheKeys) {
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(FullSyn());
  const CapturedPtr syn_ack = peer.Take();
  peer.Send(Ack().Timestamps(1020, TimestampOf(*syn_ack)).DataAck(1));
  EXPECT_EQ(bench.endpoint().connection_count(), 0u);
  peer.ExpectNothing();
  peer.Send(Data("abcd").Timestamps(1030, TimestampOf(*syn_ack)).MpCapable());
  peer.Expect(Ack(5).DataAck(5));
}

// --- version 0: the SYN's key comes again in the third ACK ---

// A listener that speaks version 0 and keeps nothing; `syn_ack` is its answer to a full SYN with `flags`.
struct V0Cookie {
  explicit V0Cookie(std::uint8_t flags = 0x01) : bench(Always()) {
    ConnectionOptions options;
    options.version = VersionPolicy::kAuto;
    bench.Listen(options);
    peer = &bench.NewFlow();
    peer->peer().version = 0;
    peer->Send(FullSyn().MpCapable(flags));
    syn_ack = peer->Take();
  }
  Segment Stamped(Segment segment) const { return segment.Timestamps(1020, TimestampOf(*syn_ack)); }

  Bench bench;
  Flow* peer = nullptr;
  CapturedPtr syn_ack;
};

// Covers: CAP-16, V0-1
TEST(SynCookieV0, TheThirdAckHasBothKeys) {
  V0Cookie v0;
  EXPECT_EQ(v0.bench.endpoint().connection_count(), 0u);
  v0.peer->Send(v0.Stamped(Ack().MpCapable()));
  v0.bench.connection = v0.bench.Accept();
  EXPECT_EQ(v0.bench.Info().mode, Mode::kMultipath);
  EXPECT_EQ(v0.bench.Info().version, MptcpVersion::k0);
  EXPECT_EQ(v0.bench.Info().remote_token, Token(0xdd5783bc)) << "SHA-1 of 0102030405060708";
  v0.bench.Write("hello");
  v0.peer->ExpectEventually(Data("hello").Seq(1).Map(1, 1, 5));
  v0.peer->Send(v0.Stamped(Data("world").Map(1, 1, 5).DataAck(6)));
  v0.peer->ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(v0.bench.Read(), "world");
}

TEST(SynCookieV0, TheChecksumIsAgreedInTheThirdAck) {
  V0Cookie v0(0x81);
  v0.peer->peer().checksum = true;
  v0.peer->Send(v0.Stamped(Ack().MpCapable(0x81)));
  v0.bench.connection = v0.bench.Accept();
  EXPECT_EQ(v0.bench.Info().version, MptcpVersion::k0);
  EXPECT_TRUE(v0.bench.Info().checksum);
}

// Covers: CAP-19
TEST(SynCookieV0, AForgedKeyOfOursIsNotMultipath) {
  V0Cookie v0;
  v0.peer->Send(v0.Stamped(Ack().MpCapable().Keys(v0.peer->peer().own_key, 0xdeadbeefdeadbeef)));
  v0.bench.connection = v0.bench.Accept();
  EXPECT_EQ(v0.bench.Info().fallback, FallbackReason::kForeignKey);
}

// No segment after the third ACK has keys in version 0: data without them says that it was lost (docs/decisions/version-0.md).
TEST(SynCookieV0, ALostThirdAckMeansTcp) {
  V0Cookie v0;
  v0.peer->Send(v0.Stamped(Data("abcd").Map(1, 1, 4).DataAck(1)));
  v0.peer->ExpectEventually(Ack(5).NoMptcp());
  v0.bench.connection = v0.bench.Accept();
  EXPECT_EQ(v0.bench.Read(), "abcd");
  EXPECT_EQ(v0.bench.Info().mode, Mode::kPlainTcp);
}

// Covers: CAP-17, CAP-18
TEST(SynCookie, WithoutAUniqueTokenThereIsNoMpCapable) {
  Bench bench(Always());
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(FullSyn());
  peer.Expect(SynAck().MpCapable());
  // A twin with the same random numbers has the same secret and derives the same key from the same SYN; but there a connection
  // has drawn that very key before.
  Bench twin(Always());
  twin.Listen();
  Flow& same = twin.NewFlow();
  twin.random.next_key = peer.peer().their_key;
  Flow& outward = twin.Connect();
  outward.Expect(Syn().MpCapable());
  twin.random.next_key.reset();
  same.Send(FullSyn());
  same.Expect(SynAck().NoMptcp());
  EXPECT_EQ(twin.CounterOf(Counter::kMPFallbackTokenInit), 1u);
}

TEST(SynCookie, OnPressureOnlyByDefault) {
  EndpointOptions options;
  options.max_half_open = 2;
  Bench bench(options);
  bench.Listen();
  for (std::uint16_t i = 0; i < 5; ++i) {
    Flow& peer = bench.NewFlow({Bench::kPeerAddress, static_cast<std::uint16_t>(40000 + i)});
    peer.Send(FullSyn());
    peer.Expect(SynAck().MpCapable());
  }
  EXPECT_EQ(bench.endpoint().connection_count(), 2u);
  EXPECT_EQ(bench.CounterOf(Counter::kTCPReqQFullDoCookies), 3u);
  EXPECT_EQ(bench.CounterOf(Counter::kSyncookiesSent), 3u);
}

TEST(SynCookie, NeverMeansThatTheSynIsDropped) {
  EndpointOptions options;
  options.max_half_open = 1;
  options.syn_cookies = SynCookies::kNever;
  Bench bench(options);
  bench.Listen();
  Flow& first = bench.NewFlow();
  first.Send(FullSyn());
  first.Expect(SynAck());
  Flow& second = bench.NewFlow({Bench::kPeerAddress2, 40000});
  second.Send(FullSyn());
  second.ExpectNothing();
  EXPECT_EQ(bench.CounterOf(Counter::kTCPReqQFullDrop), 1u);
}

TEST(SynCookie, AFullAcceptQueueIsNotFilledFurther) {
  Bench bench(Always());
  const auto listener = bench.endpoint().Listen({Bench::kDutAddress, 443}, {}, 1);
  ASSERT_TRUE(listener.has_value());
  const SocketAddress to{Bench::kDutAddress, 443};
  Flow& first = bench.NewFlow({Bench::kPeerAddress, 40000}, to);
  Flow& second = bench.NewFlow({Bench::kPeerAddress, 40001}, to);
  for (Flow* peer : {&first, &second}) {
    peer->Send(Syn().Mss(1460));
    peer->Expect(SynAck());
  }
  first.Send(Ack());
  second.Send(Ack());
  EXPECT_EQ(bench.endpoint().connection_count(), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kListenOverflow), 1u);
  second.ExpectNothing();
  ASSERT_TRUE(bench.endpoint().Accept(*listener).has_value());
  second.Send(Data("still here").Seq(1));  // its ACK was lost, as far as it knows
  second.Expect(Ack(11));
}

// --- joins ------------------------------------------------------------------------------------------------------------------

// Covers: SEC-6
TEST(SynCookie, JoinsBeyondTheHalfOpenLimitAreMadeByTheirThirdAck) {
  ConnectionOptions options;
  options.half_open_joins_limit = 1;
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& silent = bench.NewFlow(first, {Bench::kPeerAddress2, 41000});
  silent.Send(Syn().Mss(1460).MpJoin(2));
  silent.Expect(SynAck().MpJoin(0));
  Flow& join = bench.NewFlow(first, {Bench::kPeerAddress2, 41001});
  join.Send(Syn().Mss(1460).MpJoin(3));
  join.Expect(SynAck().MpJoin(0));
  EXPECT_EQ(bench.Subflows().size(), 2u);  // the second join has left nothing
  join.Send(Ack().MpJoin(3));
  join.Expect(Ack(1).DataAck(2));
  EXPECT_EQ(bench.Subflows().size(), 3u);
  EXPECT_EQ(bench.CounterOf(Counter::kMPJoinHalfOpenLimit), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kMPJoinAckRx), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kSyncookiesRecv), 1u);
  join.Send(Data("B").Map(2, 1, 1).DataAck(2));
  join.Expect(Ack(2).DataAck(3));
  EXPECT_EQ(bench.Read(), "B");
}

// Covers: SEC-1
TEST(SynCookie, AJoinWithAWrongHmacLeavesNothing) {
  Bench bench(Always());
  Flow& peer = bench.NewFlow();
  bench.Listen();
  peer.Send(FullSyn());
  const CapturedPtr syn_ack = peer.Take();
  peer.Send(Data("A").Timestamps(1020, TimestampOf(*syn_ack)).MpCapable());
  bench.connection = bench.Accept();
  peer.Skip();
  Flow& join = bench.NewFlow(peer, {Bench::kPeerAddress2, 41000});
  join.Send(Syn().Mss(1460).MpJoin(2));
  join.Expect(SynAck().MpJoin(0));
  join.Send(Ack().MpJoin(2).BadHmac());
  join.Expect(Rst().MpTcpRst(wire::ResetReason::kMptcpError));
  EXPECT_EQ(bench.Subflows().size(), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kMPJoinAckHMacFailure), 1u);
  // The right one is still welcome: whoever sent the wrong one could not take the slot away.
  join.Send(Ack().Seq(1).MpJoin(2));
  join.Expect(Ack(1).DataAck(2));
  EXPECT_EQ(bench.Subflows().size(), 2u);
}

TEST(SynCookie, AProvenJoinTakesThePlaceOfOneThatIsNot) {
  ConnectionOptions options;
  options.half_open_joins_limit = 1;
  options.subflows_limit = 1;
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& silent = bench.NewFlow(first, {Bench::kPeerAddress2, 41000});
  silent.Send(Syn().Mss(1460).MpJoin(2));
  silent.Expect(SynAck().MpJoin(0));
  Flow& join = bench.NewFlow(first, {Bench::kPeerAddress2, 41001});
  join.Send(Syn().Mss(1460).MpJoin(3));
  join.Expect(SynAck().MpJoin(0));
  join.Send(Ack().MpJoin(3));
  join.Expect(Ack(1).DataAck(2));
  EXPECT_EQ(bench.Info().subflow_count, 2u);
}

// Covers: SEC-2
TEST(SynCookie, AReplayedJoinMakesNoSecondSubflow) {
  ConnectionOptions options;
  options.half_open_joins_limit = 0;
  Bench bench;
  Flow& first = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(first);
  Flow& join = bench.NewFlow(first, {Bench::kPeerAddress2, 41000});
  join.Send(Syn().Mss(1460).MpJoin(2));
  join.Expect(SynAck().MpJoin(0));
  join.Send(Ack().MpJoin(2));
  join.Expect(Ack(1).DataAck(2));
  join.Send(Rst());
  bench.Advance(Duration::Seconds(2));
  join.Send(Ack().Seq(1).MpJoin(2));  // the same third ACK again
  join.Expect(Rst().MpTcpRst(wire::ResetReason::kNoResources, true));
  EXPECT_EQ(bench.Info().subflow_count, 1u);
}

}  // namespace
}  // namespace mptcpp::conformance
