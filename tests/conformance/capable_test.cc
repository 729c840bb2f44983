// SPDX-License-Identifier: Apache-2.0
// MP_CAPABLE: the first subflow (RFC 8684 3.1).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

ConnectionOptions Checksums() {
  ConnectionOptions options;
  options.checksum = true;
  return options;
}

// Covers: CAP-2, CAP-7, CAP-39
TEST(MpCapable, PassiveOpenThenDataOfTheClient) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).SackPermitted().MpCapable());
  peer.Expect(SynAck().Seq(0).Acking(1).MpCapable());
  peer.Send(Ack().MpCapable());
  peer.Send(Data("abcd").MpCapable());
  peer.ExpectEventually(Ack(5).DataAck(5), Duration::Millis(500));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
}

// Covers: CAP-4
TEST(MpCapable, TheFirstAckMayCarryDataAtOnce) {  // the 22-byte form as third packet
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Data("abcd").MpCapable());
  peer.ExpectEventually(Ack(5).DataAck(5), Duration::Millis(500));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
}

// Covers: CAP-6
TEST(MpCapable, TheServerMaySpeakFirst) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp();
  bench.Write("xyz");
  peer.Expect(Data("xyz").Seq(1).Map(1, 1, 3));
  peer.Send(Data("abcd").DataAck(4).Map(1, 1, 4));  // our key is confirmed by their Data ACK: plain DSS is fine
  peer.ExpectEventually(Ack(5).DataAck(5));
  EXPECT_EQ(bench.Read(), "abcd");
}

// Covers: CAP-8
TEST(MpCapable, FirstDataOfBothSidesMayCross) {
  Bench bench;
  Flow& peer = bench.AcceptMptcp();
  bench.Write("xyz");
  peer.Expect(Data("xyz").Map(1, 1, 3));
  peer.Send(Data("abcd").Acking(1).MpCapable());  // sent before ours arrived
  peer.ExpectEventually(Ack(5).DataAck(5));
  peer.Send(Ack(4).DataAck(4));
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.Info().bytes_acked, 3u);
}

// Covers: CAP-9, CAP-40
TEST(MpCapable, ALostThirdAckIsMadeGoodByTheFirstData) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  bench.Advance(Duration::Millis(300));
  peer.Send(Data("abcd").MpCapable());
  peer.Send(Data("abcd").Seq(1).MpCapable());  // and once more, as a retransmission or a TSO copy
  peer.ExpectEventually(Ack(5).DataAck(5));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "abcd");
}

// Covers: CAP-40
TEST(MpCapable, DataThatOvertakesTheKeysIsNoReasonToFallBack) {  // third ACK and first data lost, the second data arrives
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Data("efgh").Seq(5).Map(5, 5, 4));
  peer.Send(Data("abcd").Seq(1).MpCapable());
  peer.Send(Data("efgh").Seq(5).Map(5, 5, 4));
  peer.ExpectEventually(Ack(9).DataAck(9));
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "abcdefgh");
  EXPECT_EQ(bench.Info().mode, Mode::kMultipath);
}

// Covers: CAP-1, CAP-3, CAP-5, CAP-6, CAP-22, CAP-25
TEST(MpCapable, ActiveOpenRepeatsTheKeysOnItsFirstData) {
  Bench bench;
  Flow& peer = bench.ConnectMptcp();
  bench.Write("abcd");
  peer.Expect(Data("abcd").Seq(1).MpCapable());
  peer.ExpectEventually(Data("abcd").Seq(1).MpCapable());  // and when it has to send it again
  peer.Send(Ack(5).DataAck(5));
  bench.Write("efgh");
  peer.ExpectEventually(Data("efgh").Seq(5).Map(5, 5, 4));
}

// Covers: CAP-5, CAP-21, CAP-29, DSS-9
TEST(MpCapable, WithChecksumTheFirstDataHasOne) {
  Bench bench;
  Flow& peer = bench.ConnectMptcp(Checksums(), 0x81);
  bench.Write("abcd");
  const CapturedPtr first = peer.Take();
  ASSERT_EQ(first->view.mptcp_count, 1);
  EXPECT_EQ(first->view.mptcp[0].size(), 24u);
  peer.Send(Ack(5).DataAck(5));
  bench.Write("efgh");
  peer.ExpectEventually(Data("efgh").Map(5, 5, 4));  // the vocabulary checks that a checksum is there
  EXPECT_TRUE(bench.Info().checksum);
}

// Covers: CAP-29
TEST(MpCapable, EitherSideMayDemandChecksums) {  // RFC 8684 3.1: flag A of SYN or SYN/ACK
  Bench bench;
  bench.Listen(Checksums());
  Flow& peer = bench.NewFlow();
  peer.peer().checksum = true;
  peer.Send(Syn().Mss(1460).MpCapable(0x01));
  peer.Expect(SynAck().MpCapable(0x81));
  peer.Send(Ack().MpCapable(0x81));
  peer.Send(Data("abcd").MpCapable(0x81));
  peer.ExpectEventually(Ack(5).DataAck(5));

  Bench other;
  Flow& server = other.Connect();
  server.peer().checksum = true;
  server.Expect(Syn().MpCapable(0x01));
  server.Send(SynAck().Mss(1460).MpCapable(0x81));
  server.Expect(Ack(1).MpCapable(0x81));
}

struct Refusal {
  const char* name;
  std::uint8_t flags;
  std::uint8_t version;
};

class MpCapableRefused : public ::testing::TestWithParam<Refusal> {};

// Covers: CAP-23, CAP-26, CAP-32
TEST_P(MpCapableRefused, InTheSynTheServerIsPlainTcp) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable(GetParam().flags).Version(GetParam().version));
  peer.Expect(SynAck().NoMptcp());
  peer.Send(Ack());
  peer.Send(Data("abcd"));
  peer.ExpectEventually(Ack(5).NoMptcp());
  bench.connection = bench.Accept();
  EXPECT_EQ(bench.Read(), "abcd");
  EXPECT_EQ(bench.Info().mode, Mode::kPlainTcp);
}

// Covers: CAP-23, CAP-26, CAP-34
TEST_P(MpCapableRefused, InTheSynAckTheClientIsPlainTcp) {
  Bench bench;
  Flow& peer = bench.Connect();
  peer.Expect(Syn().MpCapable());
  peer.Send(SynAck().Mss(1460).MpCapable(GetParam().flags).Version(GetParam().version));
  peer.Expect(Ack(1).NoMptcp());
  bench.Write("abcd");
  peer.Expect(Data("abcd").NoMptcp());
  EXPECT_EQ(bench.Info().mode, Mode::kPlainTcp);
}

INSTANTIATE_TEST_SUITE_P(All, MpCapableRefused,
                         ::testing::Values(Refusal{"ExtensibilityBit", 0x41, 1}, Refusal{"NoCrypto", 0x00, 1},
                                           Refusal{"ChecksumButNoCrypto", 0x80, 1}, Refusal{"UnknownCrypto", 0x02, 1},
                                           Refusal{"Version0", 0x01, 0}),
                         [](const auto& param_info) { return param_info.param.name; });

// Covers: CAP-11
TEST(MpCapable, AHigherVersionIsAnsweredWithOurs) {  // RFC 8684 3.1: the highest both support
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable().Version(2));
  peer.Expect(SynAck().MpCapable().Version(1));
}

// Covers: CAP-31
TEST(MpCapable, OneOfTheOfferedAlgorithmsIsChosen) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable(0x07));
  peer.Expect(SynAck().MpCapable(0x01));
}

// Covers: CAP-19
TEST(MpCapable, AWrongEchoOfOurKeyEndsMultipath) {  // RFC 8684 3.1: signs of tampering, no MPTCP option any more
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck().MpCapable());
  peer.Send(Ack().MpCapable().Keys(0x0102030405060708, 0xdeadbeefdeadbeef));
  peer.Send(Data("abcd"));
  peer.ExpectEventually(Ack(5).NoMptcp());
}

// Covers: CAP-35, GEN-6
TEST(MpCapable, PlainPeersGetPlainTcp) {
  Bench bench;
  bench.Listen();
  Flow& peer = bench.NewFlow();
  peer.Send(Syn().Mss(1460));
  peer.Expect(SynAck().NoMptcp());
  peer.Send(Ack());
  bench.connection = bench.Accept();
  bench.Write("abcd");
  peer.Expect(Data("abcd").NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kPeerNotCapable);
}

// Covers: CAP-37, CAP-38, HEU-6
TEST(MpCapable, UnansweredSynsLoseTheOption) {  // RFC 8684 3.9.3
  ConnectionOptions options;
  options.syn_retransmits_before_tcp = 2;
  Bench bench;
  Flow& peer = bench.Connect(options);
  peer.Expect(Syn().MpCapable());
  peer.Expect(Syn().MpCapable(), Duration::Seconds(2));
  peer.Expect(Syn().MpCapable(), Duration::Seconds(3));
  peer.Expect(Syn().NoMptcp(), Duration::Seconds(6));
  peer.Send(SynAck().Mss(1460));
  peer.ExpectEventually(Ack(1).NoMptcp());
  EXPECT_EQ(bench.Info().fallback, FallbackReason::kSynTimeout);
}

// Covers: CAP-20
TEST(MpCapable, NoSubflowBeforeADssHasCome) {  // RFC 8684 3.1
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench.now()).has_value());
  Flow& peer = bench.ConnectMptcp();
  bench.Advance(Duration::Seconds(1));
  EXPECT_FALSE(bench.HasUnclaimed());
  bench.ExchangeOneByte(peer);
  bench.Advance(Duration::Millis(100));
  EXPECT_TRUE(bench.HasUnclaimed());
}

// Covers: CAP-33
TEST(MpCapable, IsSeenOnTheFirstSubflowOnly) {
  Bench bench;
  ASSERT_TRUE(bench.endpoint().AddPathEndpoint({.address = Bench::kDutAddress2, .subflow = true}, bench.now()).has_value());
  Flow& peer = bench.ConnectMptcp();
  bench.ExchangeOneByte(peer);
  Flow& second = bench.ExpectNewFlow(peer, Syn().MpJoin(1));
  EXPECT_EQ(second.theirs().address, Bench::kDutAddress2);
  second.Send(SynAck().Mss(1460).MpJoin(0));
  second.Send(Ack().DataAck(2));
  bench.Write(std::string(5000, 'x'));
  bench.Advance(Duration::Seconds(1));
  while (second.HasWaiting()) EXPECT_FALSE(HasOption(*second.Take(), wire::MptcpSubtype::kCapable));
}

}  // namespace
}  // namespace mptcpp::conformance
