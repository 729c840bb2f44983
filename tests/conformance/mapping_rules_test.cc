// SPDX-License-Identifier: Apache-2.0
// What a mapping may be and what follows from one that may not (RFC 8684 3.3.1), and the Data ACK's rules (3.3.2).
#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"

namespace mptcpp::conformance {
namespace {

using wire::ResetReason;

class MappingRules : public ::testing::Test {
 protected:
  void Open(bool checksum = false) {
    ConnectionOptions options;
    options.tcp.no_delay = true;
    options.checksum = checksum;
    first_ = &bench_.AcceptMptcp(options, checksum ? 0x81 : 0x01);
    bench_.ExchangeOneByte(*first_);
  }
  // The subflow was reset for this reason, and the connection is alive.
  void ExpectReset(Flow& flow, ResetReason reason) {
    const CapturedPtr reset = flow.Take();
    ASSERT_TRUE(reset->view.flags.rst);
    EXPECT_EQ(Mismatch(flow, (reset->view.flags.ack ? RstAck() : Rst()).MpTcpRst(reason), *reset), "");
    EXPECT_EQ(bench_.failure(), std::nullopt);
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: DSS-13, DSS-14
TEST_F(MappingRules, DataWithoutMappingIsAcknowledgedByTheSubflowAlone) {
  Open();
  first_->Send(Data("abcd").DataAck(2));
  first_->Expect(Ack(6).DataAck(2), Duration::Millis(500));
  EXPECT_EQ(bench_.Read(), "");
  first_->Send(Ack().Seq(6).Map(2, 2, 4).DataAck(2));  // its mapping, one segment late
  first_->ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.Read(), "abcd");
}

TEST_F(MappingRules, WhatComesTwiceOrTooEarlyIsCounted) {
  Open();
  Flow& second = bench_.Join(*first_);
  first_->Send(Data("a").Map(2, 2, 1).DataAck(2));
  EXPECT_EQ(bench_.CounterOf(Counter::kOFOQueue), 0u);
  EXPECT_EQ(bench_.CounterOf(Counter::kDuplicateData), 0u);
  second.Send(Data("a").Map(2, 1, 1).DataAck(2));
  EXPECT_EQ(bench_.CounterOf(Counter::kDuplicateData), 1u);
  EXPECT_EQ(bench_.Info().bytes_duplicate, 1u);
  second.Send(Data("c").Map(4, 2, 1).DataAck(2));
  EXPECT_EQ(bench_.CounterOf(Counter::kOFOQueue), 1u);
  EXPECT_EQ(bench_.CounterOf(Counter::kOFOQueueTail), 0u);
  second.Send(Data("e").Map(6, 3, 1).DataAck(2));
  EXPECT_EQ(bench_.CounterOf(Counter::kOFOQueueTail), 1u);
  EXPECT_EQ(bench_.Info().bytes_duplicate, 1u);
  EXPECT_EQ(bench_.CounterOf(Counter::kNoDSSInWindow), 0u);
}

// The last byte of the window, and the DATA_FIN behind it, which takes no room.
// Covers: CLOSE-4
TEST_F(MappingRules, ADataFinAtTheEdgeOfTheWindowIsTaken) {
  Open();
  const auto window = static_cast<std::size_t>(bench_.Info().receive_window.count());
  std::size_t sent = 0;
  while (sent < window) {
    const std::size_t n = std::min<std::size_t>(1400, window - sent);
    first_->Send(Data("").Filler(n).Map(2 + sent, static_cast<std::uint32_t>(2 + sent), static_cast<std::uint16_t>(n)).DataAck(2));
    sent += n;
  }
  first_->Skip();
  ASSERT_EQ(bench_.Info().receive_window, Bytes());
  first_->Send(Ack().DataFin(2 + window).DataAck(2));
  EXPECT_TRUE(bench_.HasEvent(EventKind::kPeerClosed));
  EXPECT_EQ(bench_.Read().size(), window);
  EXPECT_TRUE(bench_.AtEnd());
}

// Covers: DSS-25
TEST_F(MappingRules, AContradictoryMappingMeansThatTheSubflowIsBroken) {
  Open();
  Flow& second = bench_.Join(*first_);
  second.Send(Data("abcd").Map(2, 1, 8).DataAck(2));
  second.ExpectEventually(Ack(5).DataAck(6));
  second.Send(Data("efgh").Map(7, 5, 4).DataAck(2));  // the first mapping said 6
  ExpectReset(second, ResetReason::kMptcpError);
  EXPECT_EQ(bench_.Read(), "abcd");
  first_->Skip();
  first_->Send(Data("efgh").Map(6, 2, 4).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(10));
  EXPECT_EQ(bench_.Read(), "efgh");
}

// Covers: DSS-2
TEST_F(MappingRules, LengthFlagsWithoutTheirFieldsMeanNothing) {
  Open();
  first_->Send(Ack().Raw({30, 4, 0x20, 0x0a}));
  bench_.Advance(Duration::Millis(10));
  EXPECT_EQ(bench_.Info().subflow_count, 1);
  EXPECT_EQ(bench_.Info().mode, Mode::kMultipath);
}

// Covers: DSS-12
TEST_F(MappingRules, UrgentDataIsMappedAndDeliveredLikeAnyOther) {
  Open();
  first_->Send(Data("abcd").WithUrg(2).Map(2, 2, 4).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.Read(), "abcd");
}

// Covers: DSS-1, DSS-5, DSS-11, DSS-18, DSS-20, DSS-22
TEST_F(MappingRules, EverySegmentOfOursIsCoveredByAWideMappingAndNothingIsUrgent) {
  Open();
  bench_.Write(std::string(20'000, 'x'));
  bench_.Advance(Duration::Seconds(2));  // no ACK comes: retransmissions, too
  int segments = 0;
  while (first_->HasWaiting()) {
    const CapturedPtr segment = first_->Take();
    if (segment->view.payload.empty()) continue;
    ++segments;
    EXPECT_FALSE(segment->view.flags.urg);
    const auto option = RawOption(*segment, wire::MptcpSubtype::kDss);
    ASSERT_GE(option.size(), 4u);
    EXPECT_EQ(std::to_integer<unsigned>(option[2]) & 0x0f, 0u) << "reserved";
    EXPECT_EQ(std::to_integer<unsigned>(option[3]) & 0xe0, 0u) << "reserved";
    const auto dss = wire::ParseDss(option);
    ASSERT_TRUE(dss && dss->mapping);
    EXPECT_TRUE(dss->mapping->dsn.is_64_bit);
    const std::uint32_t seq = segment->view.seq.DistanceFrom(*first_->Incoming().seq);
    EXPECT_LT(seq, dss->mapping->subflow_seq + dss->mapping->length);
    EXPECT_GE(seq + segment->view.payload.size(), dss->mapping->subflow_seq + 1u);
    // One byte of 'B' went before on this subflow and in the stream, so both number the same way, in copies as well.
    EXPECT_EQ(dss->mapping->dsn.value - first_->peer().their_idsn().value(), dss->mapping->subflow_seq);
  }
  EXPECT_GT(segments, 10);
}

// Covers: DSS-19, ACK-3
TEST_F(MappingRules, OurDataMayBeAcknowledgedInEitherWidth) {
  Open();
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  first_->Send(Ack().DataAck(6).ShortNumbers());
  EXPECT_EQ(bench_.Info().bytes_acked, 5u);
  bench_.Write("efgh");
  first_->ExpectEventually(Data("efgh").Map(6, 6, 4));
  first_->Send(Ack().DataAck(10));
  EXPECT_EQ(bench_.Info().bytes_acked, 9u);
}

// Covers: ACK-6
TEST_F(MappingRules, EverySegmentOfOursHasADataAck) {
  Open();
  first_->Send(Data("abcd").Map(2, 2, 4).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(6));
  bench_.Write("one");
  first_->ExpectEventually(Data("one").DataAck(6));
  bench_.Write("two");
  first_->ExpectEventually(Data("two").DataAck(6));
}

// Covers: ACK-7, DSS-23
TEST_F(MappingRules, OnAProvenPathSegmentsWithoutOptionsAreValid) {
  Open();
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  first_->Send(Ack());  // no Data ACK on this one
  bench_.Advance(Duration::Millis(100));
  EXPECT_EQ(bench_.Info().mode, Mode::kMultipath);
  first_->Send(Ack().DataAck(6));
  EXPECT_EQ(bench_.Info().bytes_acked, 5u);
}

// Covers: ACK-5, ACK-9, RTX-5
TEST_F(MappingRules, DataAckedBytesStayUntilTheSubflowHasThemToo) {
  Open();
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  first_->Send(Ack(2).DataAck(6));  // the data level has them (by another way), this subflow does not
  EXPECT_EQ(bench_.Info().bytes_acked, 5u);
  first_->ExpectEventually(Data("abcd").Seq(2).Map(2, 2, 4), Duration::Seconds(2));  // repeated here, byte for byte
  first_->Send(Ack(6).DataAck(6));
  first_->ExpectNothing(Duration::Seconds(5));
}

// Covers: ERR-2, WIN-3
TEST_F(MappingRules, ADataFinOutsideTheWindowIsForgotten) {
  Open();
  first_->Send(Ack().DataFin(0x40000000).DataAck(2));
  first_->Send(Data("abcd").Map(2, 2, 5).DataFin().DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(7));
  EXPECT_EQ(bench_.Read(), "abcd");
  EXPECT_TRUE(bench_.AtEnd());
}

// Covers: CLOSE-3, DSS-10
TEST_F(MappingRules, ADataFinWithAWrongChecksumIsNotBelieved) {
  Open(true);
  first_->Send(Ack().Map(2, 0, 1, Sum::kWrong).DataFin().DataAck(2));
  bench_.Advance(Duration::Millis(300));
  EXPECT_FALSE(bench_.HasEvent(EventKind::kPeerClosed));
}

// Covers: DSS-16, FB-7
TEST_F(MappingRules, AWindowOfUnmappedDataIsDroppedWithItsSubflow) {
  ConnectionOptions options;
  options.receive_buffer = options.initial_receive_buffer = Bytes::KiB(64);
  first_ = &bench_.AcceptMptcp(options);
  bench_.ExchangeOneByte(*first_);
  Flow& second = bench_.Join(*first_);
  std::size_t sent = 0;
  for (bool reset = false; !reset; sent += 1460) {
    ASSERT_LE(sent, 80'000u);
    second.Send(Data("").Filler(1460));
    bench_.Advance(Duration::Zero());
    while (second.HasWaiting() && !reset) {
      const CapturedPtr next = second.Take();
      reset = next->view.flags.rst;
      if (reset) {
        EXPECT_EQ(Mismatch(second, (next->view.flags.ack ? RstAck() : Rst()).MpTcpRst(ResetReason::kMiddlebox), *next), "");
      }
    }
  }
  EXPECT_GT(sent, 60'000u) << "a whole window before";
  first_->Skip();
  first_->Send(Data("abcd").Map(2, 2, 4).DataAck(2));
  first_->ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.Read(), "abcd") << "and nothing of what had no mapping";
}

}  // namespace
}  // namespace mptcpp::conformance
