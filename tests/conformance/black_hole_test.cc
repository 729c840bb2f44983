// SPDX-License-Identifier: Apache-2.0
// SYNs with MP_CAPABLE that the network swallows or refuses: what is tried, what is remembered, and for how long
// (RFC 8684 3.1, 3.9.3).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

constexpr Duration kHour = Duration::Seconds(3600);

ConnectionOptions Impatient() {
  ConnectionOptions options;
  options.syn_retransmits_before_tcp = 2;
  return options;
}

// One connection over a path that swallows the option: three SYNs with it, then one without, which is answered.
void FallIntoTheHole(Bench& bench) {
  Flow& peer = bench.Connect(Impatient());
  for (int i = 0; i < 3; ++i) peer.ExpectEventually(Syn().MpCapable(), Duration::Seconds(10));
  peer.Expect(Syn().NoMptcp(), Duration::Seconds(10));
  peer.Send(SynAck().Mss(1460));
  peer.Expect(Ack(1).NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kSynTimeout);
}

// True if the next connection offers MP_CAPABLE; its SYN is answered without.
bool Offers(Bench& bench) {
  Flow& peer = bench.Connect(Impatient());
  const CapturedPtr syn = peer.Take();
  return syn->view.mptcp_count > 0;
}

// Covers: CAP-37, CAP-38, HEU-6, MB-12
TEST(BlackHole, SeveralSynsWithTheOptionThenOneWithoutAndTheNextConnectionLosesNoTime) {
  Bench bench;
  FallIntoTheHole(bench);
  EXPECT_EQ(bench.CounterOf(Counter::kMPCapableSYNTXDrop), 1u);
  EXPECT_EQ(bench.CounterOf(Counter::kBlackhole), 1u);

  Flow& next = bench.Connect(Impatient());
  next.Expect(Syn().NoMptcp(), Duration::Zero());
  next.Send(SynAck().Mss(1460));
  next.Expect(Ack(1).NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kBlackHole);
  EXPECT_EQ(bench.CounterOf(Counter::kMPCapableSYNTXDisabled), 1u);
}

// Covers: CAP-38
TEST(BlackHole, IsForgottenAfterAnHourThenTwo) {
  Bench bench;
  FallIntoTheHole(bench);
  bench.Advance(kHour - Duration::Seconds(60));
  EXPECT_FALSE(Offers(bench));
  bench.Advance(Duration::Seconds(120));
  FallIntoTheHole(bench);
  bench.Advance(kHour + Duration::Seconds(60));
  EXPECT_FALSE(Offers(bench)) << "the second time it lasts twice as long";
  bench.Advance(kHour);
  EXPECT_TRUE(Offers(bench));
}

// Covers: HEU-6
TEST(BlackHole, AnotherAddressOfOursIsAnotherPath) {
  Bench bench;
  FallIntoTheHole(bench);
  const auto made = bench.endpoint().Connect({Bench::kDutAddress2, 0}, {Bench::kPeerAddress, 80}, Impatient(), bench.now());
  ASSERT_TRUE(made);
  bench.Pump();
  EXPECT_EQ(bench.endpoint().Info(*made)->mode, Mode::kNegotiating) << "MP_CAPABLE is offered";
}

TEST(BlackHole, OneSuccessForgetsIt) {
  Bench bench;
  FallIntoTheHole(bench);
  bench.Advance(kHour);
  Flow& peer = bench.ConnectMptcp(Impatient());
  static_cast<void>(peer);
  FallIntoTheHole(bench);
  bench.Advance(kHour);
  EXPECT_TRUE(Offers(bench)) << "back to the first timeout";
}

TEST(BlackHole, APeerThatAnswersWithoutTheOptionIsNone) {
  Bench bench;
  Flow& peer = bench.Connect(Impatient());
  peer.Expect(Syn().MpCapable());
  peer.Send(SynAck().Mss(1460));
  peer.Expect(Ack(1).NoMptcp());
  EXPECT_TRUE(Offers(bench));
  EXPECT_EQ(bench.CounterOf(Counter::kBlackhole), 0u);
}

TEST(BlackHole, ADeadPathIsNone) {  // nothing was learnt: the SYN without the option was not answered either
  Bench bench;
  ConnectionOptions options = Impatient();
  options.tcp.syn_retries = 4;
  Flow& peer = bench.Connect(options);
  bench.Advance(Duration::Seconds(120));
  EXPECT_EQ(bench.failure(), Error::kTimedOut);
  peer.Skip();
  EXPECT_TRUE(Offers(bench));
}

TEST(BlackHole, TheMemoryCanBeTurnedOff) {
  EndpointOptions endpoint;
  endpoint.blackhole_timeout = Duration::Zero();
  Bench bench(endpoint);
  FallIntoTheHole(bench);
  EXPECT_TRUE(Offers(bench));
}

// Covers: HEU-6
TEST(Refused, ASecondTryWithoutTheOptionIfThatIsWanted) {
  Bench bench;
  ConnectionOptions options = Impatient();
  options.tcp_after_refusal = true;
  Flow& peer = bench.Connect(options);
  peer.Expect(Syn().MpCapable());
  peer.Send(RstAck().Seq(0).Acking(1));
  EXPECT_FALSE(bench.HasEvent(EventKind::kFailed));
  EXPECT_FALSE(bench.HasEvent(EventKind::kSubflowClosed));
  Flow& second = bench.ExpectNewFlow(peer, Syn().NoMptcp());
  second.Send(SynAck().Mss(1460));
  second.Expect(Ack(1).NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kSynRefused);
  EXPECT_EQ(bench.CounterOf(Counter::kBlackhole), 1u);
  EXPECT_FALSE(Offers(bench)) << "the path is remembered";
}

TEST(Refused, NobodyListensIsARefusalAllTheSame) {
  Bench bench;
  ConnectionOptions options = Impatient();
  options.tcp_after_refusal = true;
  Flow& peer = bench.Connect(options);
  peer.Expect(Syn().MpCapable());
  peer.Send(RstAck().Seq(0).Acking(1));
  Flow& second = bench.ExpectNewFlow(peer, Syn().NoMptcp());
  second.Send(RstAck().Seq(0).Acking(1));
  EXPECT_EQ(bench.failure(), Error::kRefused);
  EXPECT_EQ(bench.CounterOf(Counter::kBlackhole), 0u);
}

TEST(Refused, IsFinalByDefault) {
  Bench bench;
  Flow& peer = bench.Connect(Impatient());
  peer.Expect(Syn().MpCapable());
  peer.Send(RstAck().Seq(0).Acking(1));
  EXPECT_EQ(bench.failure(), Error::kRefused);
  EXPECT_FALSE(bench.HasUnclaimed());
}

// --- reasons that no other script shows -------------------------------------------------------------------------------------

// Covers: CAP-30
TEST(FallbackReason, ChecksumsThatAreForbiddenHere) {
  ConnectionOptions options;
  options.refuse_checksum = true;
  Bench server;
  server.Listen(options);
  Flow& client = server.NewFlow();
  client.Send(Syn().Mss(1460).MpCapable(0x81));
  client.Expect(SynAck().NoMptcp());
  client.Send(Ack());
  server.connection = server.Accept();
  EXPECT_EQ(server.Info().fallback, FallbackReason::kChecksumRefused);

  Bench bench;
  Flow& peer = bench.Connect(options);
  peer.Expect(Syn().MpCapable(0x01));
  peer.Send(SynAck().Mss(1460).MpCapable(0x81));
  peer.Expect(Ack(1).NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kChecksumRefused);
}

TEST(FallbackReason, BothEndsOpenAtTheSameTime) {
  Bench bench;
  Flow& peer = bench.Connect();
  peer.Expect(Syn().MpCapable());
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.ExpectEventually(SynAck().NoMptcp());
  peer.Send(SynAck().Seq(0).Acking(1).Mss(1460));
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kSimultaneousOpen);
}

// Covers: CAP-19, CAP-23, CAP-26
TEST(FallbackReason, AnOptionThatCannotBeUsed) {
  struct Case {
    std::uint8_t flags, version;
    FallbackReason reason;
  };
  for (const Case& c : {Case{0x41, 1, FallbackReason::kUnusableCapable}, Case{0x00, 1, FallbackReason::kUnusableCapable},
                        Case{0x01, 0, FallbackReason::kVersionNotSpoken}}) {
    Bench server;
    server.Listen();
    Flow& client = server.NewFlow();
    client.Send(Syn().Mss(1460).MpCapable(c.flags).Version(c.version));
    client.Expect(SynAck().NoMptcp());
    client.Send(Ack());
    server.connection = server.Accept();
    EXPECT_EQ(server.Info().fallback, c.reason) << int{c.flags};

    Bench bench;
    Flow& peer = bench.Connect();
    peer.Expect(Syn().MpCapable());
    peer.Send(SynAck().Mss(1460).MpCapable(c.flags).Version(c.version));
    peer.Expect(Ack(1).NoMptcp());
    EXPECT_EQ(bench.Info().fallback, c.reason) << int{c.flags};
    bench.Write("abcd");
    peer.Expect(Data("abcd").NoMptcp());

    Bench third;
    third.Listen();
    Flow& opener = third.NewFlow();
    opener.Send(Syn().Mss(1460).MpCapable());
    opener.Expect(SynAck().MpCapable());
    opener.Send(Ack().MpCapable(c.flags).Version(c.version));
    opener.Send(Data("abcd"));
    opener.ExpectEventually(Ack(5).NoMptcp());
    third.connection = third.Accept();
    EXPECT_EQ(third.Info().fallback, FallbackReason::kUnusableCapable) << int{c.flags};
  }
}

}  // namespace
}  // namespace mptcpp::conformance
