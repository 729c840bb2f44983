// SPDX-License-Identifier: Apache-2.0
// TCP Fast Open of a server (RFC 7413), and Multipath TCP on top of it (RFC 8684 appendix B, erratum 6609).
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

using Cookie = std::vector<std::byte>;

ConnectionOptions FastOpen(bool multipath = true) {
  ConnectionOptions options;
  options.fast_open = true;
  options.multipath = multipath;
  return options;
}

Cookie TakeCookie(Flow& peer) {
  const CapturedPtr syn_ack = peer.Take();
  const auto cookie = syn_ack->view.options.fast_open_cookie;
  return {cookie.begin(), cookie.end()};
}

// The endpoint's own cookie for kPeerAddress.
Cookie AskForCookie(Bench& bench, Segment syn, std::uint16_t port) {
  Flow& peer = bench.NewFlow({Bench::kPeerAddress, port});
  peer.Send(syn.FastOpen());
  const Cookie cookie = TakeCookie(peer);
  peer.Send(Rst().Seq(1));
  return cookie;
}

Segment CapableSyn() { return Syn().Mss(1460).SackPermitted().Timestamps(100, 0).WindowScale(8).MpCapable(); }
Segment PlainSyn() { return Syn().Mss(1460).SackPermitted(); }

// Covers: TFO-2
TEST(FastOpenServer, TheCookieFitsBesideMpCapableAndTimestamps) {  // figure 18, RFC 8684 B.1
  Bench bench;
  bench.Listen(FastOpen());
  Flow& peer = bench.NewFlow();
  peer.Send(CapableSyn().FastOpen());
  peer.Expect(SynAck().MpCapable().Timestamps(0, 100).WindowScale(7).SackPermitted().FastOpenLength(6));
  Flow& plain = bench.NewFlow({Bench::kPeerAddress, 40001});
  plain.Send(PlainSyn().FastOpen());
  plain.Expect(SynAck().NoMptcp().FastOpenLength(8));
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenCookieReqd), 2u);
}

TEST(FastOpenServer, GivesNothingUnlessTold) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(PlainSyn().FastOpen());
  peer.Expect(SynAck().NoFastOpen());
}

TEST(FastOpenServer, AnswersBeforeTheThirdAck) {  // RFC 7413 4.2.2
  Bench bench;
  bench.Listen(FastOpen(false));
  const Cookie cookie = AskForCookie(bench, PlainSyn(), 40001);
  Flow& peer = bench.NewFlow();
  peer.Send(PlainSyn().FastOpen(cookie).Payload("GET /"));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "GET /");
  bench.Write("200");
  peer.Expect(SynAck().Acking(6).NoFastOpen());
  peer.Expect(Data("200").Seq(1).Acking(6));
  peer.Send(Ack(4));
  bench.Shutdown();
  peer.Expect(Fin().Seq(4));
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenPassive), 1u);
}

// Covers: TFO-6, TFO-3, TFO-7
TEST(FastOpenServer, EarlyDataHasAMappingAndNoDataAck) {  // figure 19, erratum 6609
  Bench bench;
  bench.Listen(FastOpen());
  const Cookie cookie = AskForCookie(bench, CapableSyn(), 40001);
  Flow& peer = bench.NewFlow();
  peer.Send(CapableSyn().FastOpen(cookie).Payload("twenty bytes of SYN."));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "twenty bytes of SYN.");
  bench.Write("early");
  peer.Expect(SynAck().Acking(21).MpCapable());
  const CapturedPtr early = peer.Take();
  ASSERT_EQ(early->view.mptcp_count, 1u);
  EXPECT_EQ(static_cast<unsigned>(early->view.mptcp[0][2]) >> 4, 2u);                // DSS
  EXPECT_EQ(static_cast<unsigned>(early->view.mptcp[0][3]) & 0x05u, 0x04u);          // M, not A
  peer.Send(Ack(6).Timestamps(101, 0).MpCapable());
  peer.Expect(Ack(21).DataAck(1));
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
  EXPECT_EQ(bench.CounterOf(Counter::kMPCurrEstab), 1u);
  peer.Send(Data("and twenty after it.").Acking(6).Timestamps(102, 0).Map(1, 1, 20).DataAck(6));
  peer.Expect(Ack(41).DataAck(21));
  EXPECT_EQ(bench.Read(), "and twenty after it.");
  bench.Write("later");
  peer.Expect(Data("later").Seq(6).Map(6, 6, 5).DataAck(21));
}

TEST(FastOpenServer, FirstDataWithMpCapableFollowsTheSynData) {
  Bench bench;
  bench.Listen(FastOpen());
  const Cookie cookie = AskForCookie(bench, CapableSyn(), 40001);
  Flow& peer = bench.NewFlow();
  peer.Send(CapableSyn().FastOpen(cookie).Payload("syn"));
  peer.Expect(SynAck().Acking(4).MpCapable());
  peer.Send(Data("data").Timestamps(101, 0).MpCapable());
  peer.Expect(Ack(8).DataAck(5));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "syndata");
}

TEST(FastOpenServer, AThirdAckWithoutKeysMakesItTcp) {
  Bench bench;
  bench.Listen(FastOpen());
  const Cookie cookie = AskForCookie(bench, CapableSyn(), 40001);
  Flow& peer = bench.NewFlow();
  peer.Send(CapableSyn().FastOpen(cookie).Payload("syn"));
  bench.connection = bench.Accept();
  bench.Write("early");
  peer.Expect(SynAck().Acking(4).MpCapable());
  peer.Expect(Data("early").Seq(1).SomeMap());
  peer.Send(Ack(6).Timestamps(101, 0));
  peer.Send(Data("bare").Timestamps(102, 0).Acking(6));
  peer.ExpectEventually(Ack(8).NoMptcp());
  EXPECT_EQ(bench.Read(), "synbare");
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kThirdAckWithoutOption);
  bench.Write("late");
  peer.Expect(Data("late").Seq(6).NoMptcp());
}

TEST(FastOpenServer, AWrongCookieGetsTheRightOneAndNoConnection) {
  Bench bench;
  bench.Listen(FastOpen(false));
  const Cookie cookie = AskForCookie(bench, PlainSyn(), 40001);
  Cookie wrong = cookie;
  wrong[3] ^= std::byte{1};
  Flow& peer = bench.NewFlow();
  peer.Send(PlainSyn().FastOpen(wrong).Payload("GET /"));
  peer.Expect(SynAck().Acking(1).FastOpen(cookie));
  EXPECT_FALSE(bench.CanAccept());
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenPassiveFail), 1u);
  // Of another client it is wrong, too.
  Flow& other = bench.NewFlow({Bench::kPeerAddress2, 40000});
  other.Send(PlainSyn().FastOpen(cookie).Payload("GET /"));
  other.Expect(SynAck().Acking(1).FastOpenLength(8));
  EXPECT_FALSE(bench.CanAccept());
}

TEST(FastOpenServer, ACookieOfTheOldKeyIsHonouredOnceMore) {
  EndpointOptions options;
  options.fast_open_key_lifetime = Duration::Seconds(3600);
  Bench bench(options);
  bench.Listen(FastOpen(false));
  const Cookie cookie = AskForCookie(bench, PlainSyn(), 40001);
  bench.Advance(Duration::Seconds(3600));
  Flow& peer = bench.NewFlow();
  peer.Send(PlainSyn().FastOpen(cookie).Payload("GET /"));
  const CapturedPtr syn_ack = peer.Take();
  EXPECT_EQ(syn_ack->view.options.fast_open_cookie.size(), 8u);
  EXPECT_FALSE(std::ranges::equal(syn_ack->view.options.fast_open_cookie, cookie));
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenPassiveAltKey), 1u);
  EXPECT_TRUE(bench.CanAccept());
  bench.Advance(Duration::Seconds(3600));
  Flow& late = bench.NewFlow({Bench::kPeerAddress, 40002});
  late.Send(PlainSyn().FastOpen(cookie).Payload("GET /"));
  late.Expect(SynAck().Acking(1));
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenPassiveFail), 1u);
}

// Covers: SEC-6
TEST(FastOpenServer, SoManyMayBePending) {  // RFC 7413 5.1
  ConnectionOptions options = FastOpen(false);
  options.fast_open_pending_limit = 2;
  Bench bench;
  bench.Listen(options);
  const Cookie cookie = AskForCookie(bench, PlainSyn(), 39999);
  std::vector<Flow*> flows;
  for (std::uint16_t i = 0; i < 3; ++i) {
    Flow& peer = *flows.emplace_back(&bench.NewFlow({Bench::kPeerAddress, static_cast<std::uint16_t>(40000 + i)}));
    peer.Send(PlainSyn().FastOpen(cookie).Payload("x"));
    peer.Expect(SynAck().Acking(i < 2 ? 2 : 1));
  }
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenListenOverflow), 1u);
  // A third ACK makes room; a RST does not, for a minute.
  flows[0]->Send(Ack());
  bench.Advance(Duration::Millis(1));
  flows[1]->Send(Rst());
  bench.Advance(Duration::Millis(1));
  const auto payload_taken = [&](std::uint16_t port) {
    Flow& peer = bench.NewFlow({Bench::kPeerAddress, port});
    peer.Send(PlainSyn().FastOpen(cookie).Payload("x"));
    const CapturedPtr syn_ack = peer.Take();
    return syn_ack->view.ack == *peer.Incoming().ack + 2;
  };
  EXPECT_TRUE(payload_taken(40010));
  EXPECT_FALSE(payload_taken(40011));
  bench.Advance(Duration::Seconds(61));
  EXPECT_TRUE(payload_taken(40012));
}

TEST(FastOpenServer, AShutWindowInTheSynIsProbedAfterTheHandshake) {
  for (const bool multipath : {false, true}) {
    Bench bench;
    bench.Listen(FastOpen(multipath));
    const Segment syn = multipath ? CapableSyn() : PlainSyn();
    const Cookie cookie = AskForCookie(bench, syn, 40001);
    Flow& peer = bench.NewFlow();
    peer.Send(Segment(syn).FastOpen(cookie).Payload("GET /").Window(0));
    bench.connection = bench.Accept();
    bench.Write("200");
    peer.Expect(SynAck().Acking(6));
    peer.ExpectNothing(Duration::Millis(900));
    Segment third = Ack().Window(0);
    if (multipath) third.Timestamps(101, 0).MpCapable();
    peer.Send(third);
    peer.Skip();
    peer.ExpectEventually(Ack(6).Seq(0), Duration::Seconds(3));  // the probe
    Segment open = Ack().Window(1000);
    if (multipath) open.Timestamps(102, 0).DataAck(1);
    peer.Send(open);
    peer.ExpectEventually(Data("200").Seq(1));
  }
}

TEST(FastOpenServer, ARepeatedSynAckDoesNotTakeTheDataAlong) {
  Bench bench;
  bench.Listen(FastOpen(false));
  const Cookie cookie = AskForCookie(bench, PlainSyn(), 40001);
  Flow& peer = bench.NewFlow();
  peer.Send(PlainSyn().FastOpen(cookie).Payload("GET /"));
  bench.connection = bench.Accept();
  bench.Write("200");
  peer.Expect(SynAck().Acking(6));
  peer.Expect(Data("200").Seq(1));
  peer.Expect(SynAck().Acking(6), Duration::Seconds(2));
  peer.Send(Ack(1));
  peer.Expect(Data("200").Seq(1), Duration::Seconds(5));
  peer.Send(Ack(4));
  bench.Write("more");
  peer.Expect(Data("more").Seq(4));
}

}  // namespace
}  // namespace mptcpp::conformance
