// SPDX-License-Identifier: Apache-2.0
// TCP Fast Open of a client (RFC 7413), and Multipath TCP on top of it (RFC 8684 appendix B, erratum 6609): figures 18 to 21.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

using Cookie = std::vector<std::byte>;

const Cookie kCookie{std::byte{0xc0}, std::byte{0x0c}, std::byte{0x1e}, std::byte{0x55}, std::byte{0xaa}, std::byte{0x01}};

ConnectionOptions FastOpen(bool multipath = true) {
  ConnectionOptions options;
  options.fast_open = true;
  options.multipath = multipath;
  return options;
}

// Connects once so that the endpoint knows kCookie, and aborts that connection.
void LearnCookie(Bench& bench, const ConnectionOptions& options) {
  Flow& peer = bench.Connect(options);
  peer.Expect(Syn().FastOpen());
  peer.Send(SynAck().Mss(1460).FastOpen(kCookie));
  peer.Skip();
  bench.Abort();
  peer.Skip();
  bench.Advance(Duration::Millis(10));
}

// The endpoint connects and has something to say before its SYN leaves.
Flow& ConnectAndWrite(Bench& bench, const ConnectionOptions& options, std::string_view text) {
  const SocketAddress remote{Bench::kPeerAddress, Bench::kDutPort};
  const auto made = bench.endpoint().Connect({Bench::kDutAddress, 0}, remote, options, bench.now());
  EXPECT_TRUE(made.has_value());
  bench.connection = *made;
  bench.Write(text);
  return bench.TakeNewFlow(remote);
}

// Covers: TFO-1
TEST(FastOpenClient, TheFirstSynAsksForACookieBesideMpCapable) {  // figure 18
  Bench bench;
  Flow& peer = bench.Connect(FastOpen());
  const CapturedPtr syn = peer.Take();
  // V15: MSS, SACK-permitted, timestamps, window scale, MP_CAPABLE of 4 bytes, an empty fast-open option, two NOPs.
  const auto options = std::span(syn->bytes).subspan(20);
  ASSERT_EQ(options.size(), 28u);
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(options[i]); };
  EXPECT_EQ(at(0), 2u);
  EXPECT_EQ(at(4), 4u);
  EXPECT_EQ(at(6), 8u);
  EXPECT_EQ(at(17), 3u);
  EXPECT_EQ(at(20), 0x1eu);
  EXPECT_EQ(at(21), 4u);
  EXPECT_EQ(at(24), 0x22u);
  EXPECT_EQ(at(25), 2u);
  EXPECT_EQ(at(26), 1u);
  EXPECT_EQ(at(27), 1u);
  EXPECT_TRUE(syn->view.payload.empty());
}

TEST(FastOpenClient, AsksForNothingUnlessTold) {
  Bench bench;
  Flow& peer = bench.Connect();
  peer.Expect(Syn().MpCapable().NoFastOpen());
}

// A second attempt in the other version would say twice what the peer may have taken from the SYN.
TEST(FastOpenClient, DataInTheSynForbidsAnotherAttempt) {
  ConnectionOptions options = FastOpen();
  options.version = VersionPolicy::kAuto;
  Bench bench;
  LearnCookie(bench, FastOpen(false));
  Flow& peer = ConnectAndWrite(bench, options, "GET /");
  peer.Expect(Syn().MpCapable().FastOpen(kCookie).Payload("GET /"));
  peer.Send(SynAck().Mss(1460).Acking(6));
  peer.Expect(Ack(1).NoMptcp());
  EXPECT_EQ(bench.Info().mode, Mode::kPlainTcp);
  EXPECT_FALSE(bench.HasUnclaimed());
}

TEST(FastOpenClient, WithACookieTheDataLeavesInTheSyn) {
  Bench bench;
  LearnCookie(bench, FastOpen(false));
  Flow& peer = ConnectAndWrite(bench, FastOpen(false), "GET /");
  peer.Expect(Syn().FastOpen(kCookie).Payload("GET /"));
  peer.Send(SynAck().Mss(1460).Acking(6));
  peer.Send(Data("200").Acking(6));
  peer.ExpectEventually(Ack(4).Seq(6));
  EXPECT_EQ(bench.Read(), "200");
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenActive), 1u);
  bench.Write("more");
  peer.Expect(Data("more").Seq(6));
}

// Covers: TFO-3, TFO-7
TEST(FastOpenClient, SynDataIsOutsideOfTheDataSequenceSpace) {  // figure 19: the next byte has DSN IDSN + 1 and SSN 1
  Bench bench;
  LearnCookie(bench, FastOpen());
  Flow& peer = ConnectAndWrite(bench, FastOpen(), "twenty bytes of SYN.");
  peer.Expect(Syn().MpCapable().FastOpen(kCookie).Payload("twenty bytes of SYN."));
  peer.Send(SynAck().Mss(1460).Acking(21).MpCapable());
  peer.Expect(Ack(1).Seq(21).MpCapable());
  bench.Write("and twenty after it.");
  peer.Expect(Data("and twenty after it.").Seq(21).MpCapable());
  peer.Send(Ack(41).DataAck(21));
  bench.Write("mapped");
  peer.Expect(Data("mapped").Seq(41).Map(21, 21, 6));
  EXPECT_EQ(bench.Info().bytes_acked, 40u);
}

// Covers: TFO-6
TEST(FastOpenClient, TakesEarlyDataWithoutADataAck) {  // figure 19 as erratum 6609 corrects it
  Bench bench;
  LearnCookie(bench, FastOpen());
  Flow& peer = ConnectAndWrite(bench, FastOpen(), "twenty bytes of SYN.");
  peer.Expect(Syn().MpCapable().FastOpen(kCookie).Payload("twenty bytes of SYN."));
  peer.Send(SynAck().Mss(1460).Acking(21).MpCapable());
  peer.Send(Data("early").Acking(21).Map(1, 1, 5));
  peer.ExpectEventually(Ack(6).Seq(21).MpCapable());
  EXPECT_EQ(bench.Read(), "early");
  peer.Skip();
  const SocketAddress local{Bench::kDutAddress2, 0};
  const auto join = [&] { return bench.endpoint().AddSubflow(bench.connection, local, peer.own(), false, bench.now()); };
  EXPECT_EQ(join().error(), Error::kWouldBlock) << "early data says nothing of our key";
  peer.Send(Ack(21).DataAck(1));       // our key has arrived
  peer.Expect(Ack(6).Seq(21).DataAck(6));  // only now is there something to acknowledge it with
  EXPECT_TRUE(join());
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
}

// Covers: TFO-4
TEST(FastOpenClient, WhatWasNotTakenIsSentAgainInsideAMapping) {  // figure 20
  Bench bench;
  LearnCookie(bench, FastOpen());
  Flow& peer = ConnectAndWrite(bench, FastOpen(), "twenty bytes of SYN.");
  peer.Expect(Syn().MpCapable().FastOpen(kCookie).Payload("twenty bytes of SYN."));
  peer.Send(SynAck().Mss(1460).Acking(1).MpCapable());
  peer.Expect(Data("twenty bytes of SYN.").Seq(1).MpCapable());
  peer.Send(Ack(21).DataAck(21));
  bench.Write("next");
  peer.Expect(Data("next").Seq(21).Map(21, 21, 4));
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenActiveFail), 1u);
}

// Covers: TFO-5
TEST(FastOpenClient, OfDataTakenInPartTheRestIsMapped) {  // figure 21
  Bench bench;
  LearnCookie(bench, FastOpen());
  Flow& peer = ConnectAndWrite(bench, FastOpen(), "twenty bytes of SYN.");
  peer.Expect(Syn().MpCapable().FastOpen(kCookie).Payload("twenty bytes of SYN."));
  peer.Send(SynAck().Mss(1460).Acking(11).MpCapable());
  peer.Expect(Data("es of SYN.").Seq(11).MpCapable());
  peer.Send(Ack(21).DataAck(11));
  bench.Write("next");
  peer.Expect(Data("next").Seq(21).Map(11, 11, 4));
  EXPECT_EQ(bench.Info().bytes_acked, 20u);
}

TEST(FastOpenClient, APlainServerThatTakesTheDataIsNoProblem) {
  Bench bench;
  LearnCookie(bench, FastOpen());
  Flow& peer = ConnectAndWrite(bench, FastOpen(), "abc");
  peer.Expect(Syn().MpCapable().FastOpen(kCookie).Payload("abc"));
  peer.Send(SynAck().Mss(1460).Acking(4));
  peer.Expect(Ack(1).Seq(4).NoMptcp());
  bench.Write("def");
  peer.Expect(Data("def").Seq(4).NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kPeerNotCapable);
}

TEST(FastOpenClient, ALostSynIsRepeatedWithoutDataAndOption) {  // RFC 7413 4.1.3.1
  Bench bench;
  LearnCookie(bench, FastOpen());
  Flow& peer = ConnectAndWrite(bench, FastOpen(), "abc");
  peer.Expect(Syn().MpCapable().FastOpen(kCookie).Payload("abc"));
  peer.Expect(Syn().MpCapable().NoFastOpen(), Duration::Seconds(2));
  peer.Send(SynAck().Mss(1460).Acking(1).MpCapable());
  peer.Expect(Data("abc").Seq(1).MpCapable());
  EXPECT_EQ(bench.CounterOf(Counter::kTCPFastOpenBlackhole), 1u);
  bench.Abort();
  bench.Advance(Duration::Seconds(1));
  // Remembered: the next connection does not try, until a while has passed.
  Flow& next = ConnectAndWrite(bench, FastOpen(), "abc");
  next.Expect(Syn().MpCapable().NoFastOpen());
  bench.Abort();
  bench.Advance(Duration::Seconds(70));
  Flow& later = ConnectAndWrite(bench, FastOpen(), "abc");
  later.Expect(Syn().FastOpen(kCookie).Payload("abc"));
}

TEST(FastOpenClient, AnAckOfMoreThanWasSentIsRefused) {
  Bench bench;
  LearnCookie(bench, FastOpen(false));
  Flow& peer = ConnectAndWrite(bench, FastOpen(false), "abc");
  peer.Expect(Syn().Payload("abc"));
  peer.Send(SynAck().Mss(1460).Acking(5));
  peer.Expect(Rst().Seq(5));
}

TEST(FastOpenClient, NoMoreThanTheServersMssLessOptionsLeavesInTheSyn) {
  Bench bench;
  Flow& first = bench.Connect(FastOpen(false));
  first.Expect(Syn().FastOpen());
  first.Send(SynAck().Mss(600).FastOpen(kCookie));
  bench.Abort();
  bench.Advance(Duration::Millis(10));
  Flow& peer = ConnectAndWrite(bench, FastOpen(false), std::string(2000, 'x'));
  peer.Expect(Syn().FastOpen(kCookie).Length(560));
}

}  // namespace
}  // namespace mptcpp::conformance
