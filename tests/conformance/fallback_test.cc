// SPDX-License-Identifier: Apache-2.0
// Fallback to TCP (RFC 8684 3.7): options that vanish at every phase, and checksums that fail. The stream arrives in every case.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

using wire::ResetReason;

ConnectionOptions Options(bool checksum = false) {
  ConnectionOptions options;
  options.checksum = checksum;
  options.tcp.no_delay = true;
  return options;
}

// Plain TCP both ways, no option of kind 30 any more, and the end by FIN.
void ExpectPlainTcp(Bench& bench, Flow& flow, const std::string& sent_before) {
  EXPECT_NE(bench.Info().mode, Mode::kMultipath);
  flow.Skip();
  const auto seq = static_cast<std::int64_t>(flow.next_seq());
  flow.Send(Data("plain"));
  flow.ExpectEventually(Ack(seq + 5).NoMptcp());
  EXPECT_EQ(bench.Read(), sent_before + "plain");
  // One infinite mapping may still tell the other end (it is in vain on a path that strips options); nothing after it.
  bench.Write("text");
  flow.ExpectEventually(Data("text"));
  flow.Send(Ack());
  bench.Write("more");
  flow.ExpectEventually(Data("more").NoMptcp());
  flow.Send(Ack());
  bench.Shutdown();
  flow.ExpectEventually(Fin().NoMptcp());
  flow.Send(Fin());
  flow.ExpectEventually(Ack().NoMptcp());
  EXPECT_TRUE(bench.AtEnd());
  EXPECT_EQ(bench.failure(), std::nullopt);
}

// Covers: FB-1, FB-20, CAP-35, GEN-6
TEST(Fallback, OptionStrippedFromTheSyn) {
  Bench bench;
  bench.Listen(Options());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460));
  peer.Expect(SynAck().NoMptcp());
  peer.Send(Ack());
  bench.connection = bench.Accept();
  ExpectPlainTcp(bench, peer, "");
}

// Covers: FB-1, FB-18, CAP-34
TEST(Fallback, OptionStrippedFromTheSynAck) {
  Bench bench;
  Flow& peer = bench.Connect(Options());
  peer.Expect(Syn().MpCapable());
  peer.Send(SynAck().Mss(1460));
  peer.Expect(Ack(1).NoMptcp());
  ExpectPlainTcp(bench, peer, "");
}

// Covers: MB-13
TEST(Fallback, OptionMirroredInTheSynAck) {  // a box that echoes options: four bytes instead of twelve
  Bench bench;
  Flow& peer = bench.Connect(Options());
  peer.Expect(Syn().MpCapable());
  peer.Send(SynAck().Mss(1460).Raw({30, 4, 0x01, 0x01}));
  peer.Expect(Ack(1).NoMptcp());
  ExpectPlainTcp(bench, peer, "");
}

// Covers: CAP-36
TEST(Fallback, OptionStrippedFromTheThirdAckAndAllAfterIt) {
  Bench bench;
  bench.Listen(Options());
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Ack());
  peer.Send(Data("first"));
  peer.ExpectEventually(Ack(6).NoMptcp());
  bench.connection = bench.Accept();
  ExpectPlainTcp(bench, peer, "first");
}

// Covers: MB-5
TEST(Fallback, FirstDataWithoutMapping) {  // the third ACK got through, nothing after it
  Bench bench;
  Flow& peer = bench.AcceptMptcp(Options());
  peer.Send(Data("first"));
  peer.ExpectEventually(Ack(6));
  ExpectPlainTcp(bench, peer, "first");
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kFirstDataWithoutMapping);
}

// Its FIN would become the connection's, and what the application has yet to write could never leave.
TEST(Fallback, NotOnASubflowThatWeHaveClosedWhileTheApplicationGoesOn) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp(Options());
  ASSERT_TRUE(bench.endpoint().CloseSubflow(bench.connection, SubflowId(0), bench.now()));
  bench.Pump();
  peer.ExpectEventually(Fin());
  peer.Send(Data("first"));
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kNone);
  bench.Write("more");
  peer.Send(Fin());
  bench.Advance(Duration::Seconds(300));
  EXPECT_TRUE(bench.failure()) << "an error, not silence";
}

TEST(Fallback, OneMappedByteIsEnoughToHaveToTellThePeer) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp(Options());
  bench.Write("x");
  peer.Expect(Data("x").Map(1, 1, 1));
  peer.Send(Data("first"));
  peer.ExpectEventually(Ack(6));
  bench.Write("y");
  peer.ExpectEventually(Data("y").InfiniteMap(1, 1));
}

TEST(Fallback, PlainTcpFillsItsSegments) {  // no room is kept for options that will not come
  Bench bench;
  Flow& peer = bench.AcceptTcp(Options());
  bench.Write(std::string(3000, 'x'));
  peer.Expect(Data("").Length(1460).AnyPayload());
  EXPECT_EQ(bench.Info().version, std::nullopt);
}

// Covers: FB-4, FB-6, DSS-24
TEST(Fallback, DataAcknowledgedWithoutDataAck) {  // 3.7: one infinite mapping, then plain TCP
  Bench bench;
  Flow& peer = bench.ConnectMptcp(Options());
  bench.Write("first");
  peer.Expect(Data("first").MpCapable());
  peer.Send(Ack(6));
  bench.Write("second");
  // Anchored where everything before was known to be intact: nothing was ever Data-ACKed.
  peer.ExpectEventually(Data("second").InfiniteMap(1, 1));
  peer.Send(Ack());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kNoDataAck);
  ExpectPlainTcp(bench, peer, "");
}

// An ACK with another option may have had no room for the Data ACK. That is no excuse for ever: nothing else is under way, so the
// timer of the data level decides.
// Covers: FB-4
TEST(Fallback, AnAckWithoutDataAckIsExcusedByAnotherOptionForAWhileOnly) {
  Bench bench;
  Flow& peer = bench.ConnectMptcp(Options());
  bench.Write("first");
  peer.Expect(Data("first").MpCapable());
  peer.Send(Ack(6).MpPrio(false));
  peer.ExpectNothing(Duration::Millis(200));
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
  bench.Advance(Duration::Seconds(5));
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kNoDataAck);
  bench.Write("second");
  peer.ExpectEventually(Data("second").InfiniteMap(1, 1));
  peer.Send(Ack());
  ExpectPlainTcp(bench, peer, "");
}

// Covers: FB-4, MB-5
TEST(Fallback, OptionsStrippedTowardsTheEndpointOnly) {  // our options arrive, theirs do not: both data and ACKs are bare
  Bench bench;
  Flow& peer = bench.ConnectMptcp(Options());
  bench.Write("first");
  peer.Expect(Data("first").MpCapable());
  peer.Send(Data("reply").Acking(6));
  peer.ExpectEventually(Ack(6));
  ExpectPlainTcp(bench, peer, "reply");
}

// Covers: DSS-24, FB-18, FB-20
TEST(Fallback, InfiniteMappingReceived) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp(Options());
  bench.ExchangeOneByte(peer);
  peer.Send(Data("more").InfiniteMap(2, 2).DataAck(2));
  peer.ExpectEventually(Ack(6));
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kInfiniteMappingReceived);
  ExpectPlainTcp(bench, peer, "more");
}

// Covers: FB-4, FB-5
TEST(Fallback, OptionsLostOnAJoinedSubflowResetsIt) {  // 3.7: MUST, SHOULD say 0x06
  Bench bench;
  Flow& first = bench.AcceptMptcp(Options());
  bench.ExchangeOneByte(first);
  Flow& second = bench.Join(first);
  first.Send(Ack().MpPrio(true));  // so that new data takes the second
  bench.Write("abcd");
  second.ExpectEventually(Data("abcd").Map(2, 1, 4));
  second.Send(Ack(5));  // acknowledged without Data ACK on a path never proven
  const CapturedPtr reset = second.Take();
  EXPECT_TRUE(reset->view.flags.rst);
  EXPECT_EQ(Mismatch(second, (reset->view.flags.ack ? RstAck() : Rst()).MpTcpRst(ResetReason::kMiddlebox), *reset), "");
  first.ExpectEventually(Data("abcd").Map(2, 2, 4));
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
}

// Covers: FB-7, DSS-16
TEST(Fallback, AWindowOfUnmappedDataResetsAProvenPath) {  // 3.3.1, 3.7: options vanish in mid-connection
  ConnectionOptions options = Options();
  options.receive_buffer = Bytes::KiB(64);
  options.initial_receive_buffer = Bytes::KiB(64);
  Bench bench;
  Flow& peer = bench.AcceptMptcp(options);
  bench.ExchangeOneByte(peer);
  bool reset = false;
  for (int i = 0; i < 60 && !reset; ++i) {
    peer.Send(Data("").Filler(1460));
    while (bench.AdvanceUntil([] { return true; }, Duration::Zero()) && peer.HasWaiting()) reset |= peer.Take()->view.flags.rst;
  }
  EXPECT_TRUE(reset);
}

// --- checksum failures ---

// Covers: FB-8, FB-10, MB-8
TEST(ChecksumFailure, WithTwoSubflowsResetsTheOneAndTheBytesComeOnTheOther) {  // 3.7
  Bench bench;
  Flow& first = bench.AcceptMptcp(Options(true), 0x81);
  bench.ExchangeOneByte(first);
  Flow& second = bench.Join(first);
  second.Send(Data("abcd").Map(2, 1, 4, Sum::kWrong).DataAck(2));
  const CapturedPtr reset = second.Take();
  EXPECT_TRUE(reset->view.flags.rst);
  EXPECT_EQ(Mismatch(second, (reset->view.flags.ack ? RstAck() : Rst()).MpFail(2), *reset), "");
  first.Send(Data("abcd").Map(2, 2, 4).DataAck(2));
  first.ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.CounterOf(Counter::kDataCsumErr), 1u);
}

// Covers: FB-11, FB-10, MB-8
TEST(ChecksumFailure, OnTheOnlySubflowFallsBack) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp(Options(true), 0x81);
  bench.ExchangeOneByte(peer);
  peer.Send(Data("abcd").Map(2, 2, 4, Sum::kWrong).DataAck(2));
  peer.ExpectEventually(Ack().MpFail(2));
  // The peer answers with its own MP_FAIL and an infinite mapping from the last point that was intact.
  peer.Send(Ack().MpFail(2));
  peer.Send(Data("efgh").InfiniteMap(2, 2));
  peer.ExpectEventually(Ack(10));
  EXPECT_EQ(bench.Read(), "abcdefgh") << "what plain TCP would have given";
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kChecksum);
  EXPECT_NE(bench.Info().mode, Mode::kMultipath);
}

// Covers: FB-13
TEST(ChecksumFailure, ReportedByThePeerIsAnsweredWithAnInfiniteMapping) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp(Options(true), 0x81);
  bench.ExchangeOneByte(peer);
  bench.Write("abcd");
  peer.ExpectEventually(Data("abcd").Map(2, 2, 4));
  peer.Send(Ack().DataAck(2).MpFail(2));
  bench.Write("efgh");
  bool infinite = false, failed = bench.CounterOf(Counter::kMPFailTx) > 0;
  for (int i = 0; i < 5 && !infinite; ++i) {
    const CapturedPtr next = peer.Take(Duration::Seconds(3));
    infinite = next->view.mptcp_count > 0 && bench.CounterOf(Counter::kInfiniteMapTx) > 0;
    failed |= bench.CounterOf(Counter::kMPFailTx) > 0;
  }
  EXPECT_TRUE(infinite);
  EXPECT_TRUE(failed);
  peer.Skip();
  EXPECT_NE(peer.received().find("efgh"), std::string::npos);
  peer.Send(Ack());
  ExpectPlainTcp(bench, peer, "");
}

}  // namespace
}  // namespace mptcpp::conformance
