// SPDX-License-Identifier: Apache-2.0
// Fallback by the letter of RFC 8684 3.7: mappings until the path is proven, MP_FAIL in both directions, where an infinite mapping
// begins, and what is never sent again after it.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

using wire::MptcpSubtype;

class FallbackRules : public ::testing::Test {
 protected:
  static ConnectionOptions Options() {
    ConnectionOptions options;
    options.checksum = true;
    options.tcp.no_delay = true;
    return options;
  }
  void Accept() {
    first_ = &bench_.AcceptMptcp(Options(), 0x81);
    bench_.ExchangeOneByte(*first_);
  }
  // The peer reports a wrong checksum of "efgh"; "abcd" before it was intact.
  void FallBackAfterAReport() {
    Accept();
    bench_.Write("abcd");
    first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
    first_->Send(Ack().DataAck(6));
    bench_.Write("efgh");
    first_->ExpectEventually(Data("efgh").Map(6, 6, 4));
    first_->Send(Ack().DataAck(6).MpFail(6));
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// What was outstanding on another subflow, which is gone, went over this one out of order: its stream is not the connection's, and
// plain TCP would deliver wrong bytes.
// Covers: FB-12
TEST_F(FallbackRules, NoFallbackOnASubflowThatCarriedTheStreamOutOfOrder) {
  first_ = &bench_.AcceptMptcp(Options(), 0x01);
  bench_.ExchangeOneByte(*first_);
  Flow& second = bench_.Join(*first_);
  first_->Send(Ack().MpPrio(true));
  bench_.Write("abcd");
  second.ExpectEventually(Data("abcd").Map(2, 1, 4));
  first_->Send(Ack().MpPrio(false));
  second.Send(Ack(1).MpPrio(true));
  bench_.Write("efgh");
  first_->ExpectEventually(Data("efgh").Map(6, 2, 4));
  second.Send(Rst());
  first_->ExpectEventually(Data("abcd").Map(2, 6, 4));
  first_->Send(Ack().DataAck(2).MpFail(2));
  first_->ExpectEventually(RstAck().MpTcpRst(wire::ResetReason::kMiddlebox));
  EXPECT_EQ(bench_.CounterOf(Counter::kFallbackFailed), 1u);
}

// Covers: FB-3
TEST_F(FallbackRules, EverySegmentHasAMappingUntilThePathIsProven) {
  Flow& peer = bench_.ConnectMptcp(Options(), 0x81);
  bench_.Write(std::string(8000, 'x'));
  bench_.Advance(Duration::Seconds(3));  // no ACK comes: retransmissions as well
  int segments = 0;
  while (peer.HasWaiting()) {
    const CapturedPtr segment = peer.Take();
    if (segment->view.payload.empty()) continue;
    ++segments;
    const auto dss = HasOption(*segment, MptcpSubtype::kDss) ? wire::ParseDss(RawOption(*segment, MptcpSubtype::kDss)) : std::nullopt;
    EXPECT_TRUE(HasOption(*segment, MptcpSubtype::kCapable) || (dss && dss->mapping));
  }
  EXPECT_GE(segments, 6);
}

// Covers: FB-12, FB-13, DSS-24
TEST_F(FallbackRules, AReportIsAnsweredByMpFailAndAnInfiniteMappingFromTheLastIntactByte) {
  FallBackAfterAReport();
  EXPECT_EQ(bench_.Info().mode, Mode::kInfiniteMapping);
  EXPECT_EQ(bench_.Info().version, MptcpVersion::k1);
  first_->ExpectEventually(Ack().MpFail(2));  // the reverse direction falls back, too: from what we expect next
  bench_.Write("ijkl");
  first_->ExpectEventually(Data("ijkl").InfiniteMap(6, 6));
  EXPECT_EQ(bench_.Info().fallback, FallbackReason::kPeerReportedFailure);
}

// Covers: FB-15, FB-16, FB-20
TEST_F(FallbackRules, AfterItTcpsAcknowledgmentsAreTheOnlyOnesBothWays) {
  FallBackAfterAReport();
  bench_.Write("ijkl");
  first_->ExpectEventually(Data("ijkl").InfiniteMap(6, 6));
  EXPECT_EQ(bench_.Info().bytes_acked, 9u) << "what the subflow had acknowledged counts from now on";
  first_->Send(Ack());
  EXPECT_EQ(bench_.Info().bytes_acked, 13u);
  first_->Skip();
  first_->Send(Data("reply").InfiniteMap(2, 2));
  first_->ExpectEventually(Ack(7).NoMptcp());
  EXPECT_EQ(bench_.Read(), "reply");
}

// Covers: FB-17, FB-18
TEST_F(FallbackRules, AfterItNoSubflowIsAddedAndNoMappingIsRead) {
  FallBackAfterAReport();
  Flow& second = bench_.NewFlow(*first_, {Bench::kPeerAddress2, Bench::kPeerPort});
  second.Send(Syn().Mss(1460).MpJoin(2));
  EXPECT_TRUE(second.Take()->view.flags.rst);
  const auto added = bench_.endpoint().AddSubflow(bench_.connection, {Bench::kDutAddress2, 0}, first_->own(), false, bench_.now());
  EXPECT_EQ(added.error(), Error::kNotMultipath);
  first_->Send(Data("once").InfiniteMap(2, 2));
  first_->Send(Data("more").Map(500, 77, 4, Sum::kWrong));
  bench_.Advance(Duration::Seconds(1));
  EXPECT_EQ(bench_.Read(), "oncemore");
  EXPECT_EQ(bench_.Info().subflow_count, 1);
}

// Covers: FB-9, FB-10
TEST_F(FallbackRules, WhatThePeerReportsOnAResetGoesToAnotherSubflow) {
  Accept();
  Flow& second = bench_.Join(*first_);
  first_->Send(Ack().MpPrio(true));
  bench_.Write("abcd");
  second.ExpectEventually(Data("abcd").Map(2, 1, 4));
  second.Send(RstAck().MpFail(2));  // acknowledged as bytes, refused as data
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  EXPECT_EQ(bench_.Info().mode, Mode::kMultipath);
}

// Covers: FB-14, FB-10
TEST_F(FallbackRules, AWrongChecksumBehindAHoleResetsEvenTheOnlySubflow) {
  Accept();
  first_->Send(Data("efgh").Seq(6).Map(6, 6, 4, Sum::kWrong).DataAck(2));
  const CapturedPtr reset = first_->Take();
  EXPECT_TRUE(reset->view.flags.rst);
  EXPECT_EQ(Mismatch(*first_, (reset->view.flags.ack ? RstAck() : Rst()).MpFail(6), *reset), "");
  EXPECT_EQ(bench_.failure(), std::nullopt);
  Flow& second = bench_.Join(*first_);  // the same connection goes on, with nothing of what failed
  second.Send(Data("abcdefgh").Map(2, 1, 8).DataAck(2));
  second.ExpectEventually(Ack(9).DataAck(10));
  EXPECT_EQ(bench_.Read(), "abcdefgh");
}

// A box that changes the same bytes on every path: after a reset the new subflow carries them once more, and falls back.
// Covers: FB-12, FB-14
TEST_F(FallbackRules, TheSubflowAfterAResetMayFallBack) {
  first_ = &bench_.ConnectMptcp(Options(), 0x81);
  bench_.ExchangeOneByte(*first_);
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  first_->Send(RstAck().MpFail(2));
  first_->ExpectEventually(Syn().MpJoin(0), Duration::Seconds(5));  // the same ports: numbers begin anew
  first_->Send(SynAck().Seq(0).Acking(1).Mss(1460).MpJoin(0));
  first_->ExpectEventually(Ack(1));
  first_->Send(Ack().Seq(1).Acking(1).DataAck(2));
  first_->ExpectEventually(Data("abcd").Map(2, 1, 4));
  first_->Send(Ack().Seq(1).Acking(5).DataAck(2).MpFail(2));
  bench_.Write("efgh");
  first_->ExpectEventually(Data("efgh").InfiniteMap(2, 1));
  EXPECT_EQ(bench_.failure(), std::nullopt);
  EXPECT_EQ(bench_.Info().fallback, FallbackReason::kPeerReportedFailure);
}

// Covers: FB-11, FB-20
TEST_F(FallbackRules, ADataFinWithAWrongChecksumIsForgottenInTheFallback) {
  Accept();
  first_->Send(Data("abcd").Map(2, 2, 5, Sum::kWrong).DataFin().DataAck(2));
  first_->ExpectEventually(Ack().MpFail(2));
  EXPECT_FALSE(bench_.HasEvent(EventKind::kPeerClosed));
  first_->Send(Ack().MpFail(2));
  first_->Send(Data("efgh").InfiniteMap(2, 2));
  first_->Send(Fin());
  bench_.Advance(Duration::Millis(100));
  EXPECT_EQ(bench_.Read(), "abcdefgh");
  EXPECT_TRUE(bench_.AtEnd());
  EXPECT_EQ(bench_.Info().fallback, FallbackReason::kChecksum);
}

}  // namespace
}  // namespace mptcpp::conformance
