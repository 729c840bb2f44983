// SPDX-License-Identifier: Apache-2.0
// DSS: mappings, Data ACKs, windows, reinjection (RFC 8684 3.3).
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"

namespace mptcpp::conformance {
namespace {

ConnectionOptions NoDelay() {
  ConnectionOptions options;
  options.tcp.no_delay = true;
  return options;
}

class DataSequence : public ::testing::Test {
 protected:
  void Open(const ConnectionOptions& options = NoDelay(), std::uint8_t flags = 0x01) {
    first_ = &bench_.AcceptMptcp(options, flags);
    bench_.ExchangeOneByte(*first_);
  }
  Bench bench_;
  Flow* first_ = nullptr;
};

// Covers: DSS-19
TEST_F(DataSequence, EveryCombinationOfShortAndLongNumbersIsAccepted) {  // 3.3.1, 3.3.2
  Open();
  first_->Send(Data("ab").Map(2, 2, 2).DataAck(2).ShortNumbers());
  first_->ExpectEventually(Ack(4).DataAck(4));
  first_->Send(Data("cd").Map(4, 4, 2));
  first_->ExpectEventually(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.Read(), "abcd");
}

// Covers: ACK-2
TEST_F(DataSequence, ALongNumberIsAcknowledgedWithALongOne) {  // 3.3.2
  Open();
  first_->Send(Data("ab").Map(2, 2, 2).DataAck(2));
  const CapturedPtr ack = first_->Take();
  ASSERT_EQ(ack->view.mptcp_count, 1);
  EXPECT_EQ(ack->view.mptcp[0].size(), 12u);
}

// Covers: DSS-23
TEST_F(DataSequence, AMappingMayCoverSeveralSegments) {  // 3.3.1
  Open();
  first_->Send(Data("abcd").Map(2, 2, 12).DataAck(2));
  first_->Send(Data("efgh"));
  first_->Send(Data("ijkl"));
  first_->ExpectEventually(Ack(14).DataAck(14));
  EXPECT_EQ(bench_.Read(), "abcdefghijkl");
}

// Covers: DSS-25
TEST_F(DataSequence, TheSameMappingMayComeAgain) {  // segmentation offload copies options
  Open();
  first_->Send(Data("abcd").Map(2, 2, 8).DataAck(2));
  first_->Send(Data("efgh").Map(2, 2, 8).DataAck(2));
  first_->ExpectEventually(Ack(10).DataAck(10));
  EXPECT_EQ(bench_.Read(), "abcdefgh");
}

// Covers: DSS-15
TEST_F(DataSequence, UnmappedDataIsAcknowledgedOnTheSubflowOnly) {  // 3.3.1
  Open();
  first_->Send(Data("efgh").Seq(6).DataAck(2));   // second half first, its mapping still under way
  first_->ExpectEventually(Ack(2), Duration::Millis(500));
  first_->Send(Data("abcd").Seq(2).Map(2, 2, 8).DataAck(2));
  first_->ExpectEventually(Ack(10).DataAck(10));
  EXPECT_EQ(bench_.Read(), "abcdefgh");
}

// Covers: DSS-7, RTX-2
TEST_F(DataSequence, TheFirstCopyOfAByteWins) {  // 3.3.1
  Open();
  Flow& second = bench_.Join(*first_);
  first_->Send(Data("good").Map(2, 2, 4).DataAck(2));
  second.Send(Data("evil").Map(2, 1, 4).DataAck(2));
  second.ExpectEventually(Ack(5).DataAck(6));
  EXPECT_EQ(bench_.Read(), "good");
  EXPECT_EQ(bench_.Info().bytes_duplicate, 4u);
}

// Covers: ACK-1, WIN-5
TEST_F(DataSequence, DataFromTwoSubflowsIsPutInOrder) {
  Open();
  Flow& second = bench_.Join(*first_);
  second.Send(Data("67890").Map(7, 1, 5).DataAck(2));
  second.ExpectEventually(Ack(6).DataAck(2), Duration::Millis(500));
  first_->Send(Data("12345").Map(2, 2, 5).DataAck(2));
  first_->ExpectEventually(Ack(7).DataAck(12));
  EXPECT_EQ(bench_.Read(), "1234567890");
}

// Covers: WIN-3, ERR-2
TEST_F(DataSequence, AMappingOutsideTheWindowIsNeverDataAcked) {  // 3.3.4
  Open();
  first_->Send(Data("evil").Map(0x40000000, 2, 4).DataAck(2));
  bench_.Advance(Duration::Millis(500));
  EXPECT_EQ(bench_.Info().bytes_received, 1u);
  EXPECT_EQ(bench_.Read(), "");
}

// Covers: ACK-11
TEST_F(DataSequence, ADataAckOfTheFutureIsIgnored) {  // appendix C
  Open();
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  first_->Send(Ack(6).DataAck(1000));
  EXPECT_EQ(bench_.Info().bytes_acked, 1u);
  first_->Send(Ack(6).DataAck(6));
  EXPECT_EQ(bench_.Info().bytes_acked, 5u);
}

// Covers: ACK-5, ACK-9
TEST_F(DataSequence, ASubflowAckAloneDoesNotFreeData) {  // 3.3.2: only the Data ACK counts
  Open();
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  first_->Send(Ack(6).DataAck(2));
  EXPECT_EQ(bench_.Info().bytes_acked, 1u);
  EXPECT_EQ(bench_.Info().send_buffer_used, Bytes(4));
}

// Covers: ACK-8, RTX-4
TEST_F(DataSequence, DataAckedBySubflowButNotAtDataLevelIsSentAgain) {  // 3.3.6: the connection-level timer
  Open();
  Flow& second = bench_.Join(*first_);
  bench_.Write("abcd");
  Flow* carried = nullptr;
  ASSERT_TRUE(bench_.AdvanceUntil([&] { return bench_.Info().send_buffer_used == Bytes(4); }, Duration::Millis(100)));
  bench_.Advance(Duration::Millis(10));
  carried = bench_.Subflows().at(0).bytes_sent > 1 ? first_ : &second;
  carried->ExpectEventually(Data("abcd").SomeMap());
  carried->Send(Ack().DataAck(2));  // a proxy took it and lost it
  bench_.Advance(Duration::Seconds(5));
  EXPECT_GE(bench_.Info().bytes_reinjected, 4u);
}

// Covers: DSS-6, RTX-1
TEST_F(DataSequence, StalledDataReappearsElsewhereAndStaysTheSameHere) {  // 3.3.6
  Open();
  Flow& second = bench_.Join(*first_, 2, true);
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd").Map(2, 2, 4));
  // Silence on the first subflow: the bytes come on the second with the same numbers ...
  second.ExpectEventually(Data("abcd").Map(2, 1, 4), Duration::Seconds(3));
  second.Send(Ack().DataAck(6));
  // ... and the first goes on repeating what it has sent (3.3.6, and 6: no holes behind middleboxes).
  first_->ExpectEventually(Data("abcd").Seq(2), Duration::Seconds(10));
}

// Covers: DSS-3
TEST_F(DataSequence, ChecksumPresentThoughNotNegotiatedResets) {  // 3.3.1
  Open();
  first_->Send(Data("abcd").Map(2, 2, 4, Sum::kRight).DataAck(2));
  EXPECT_TRUE(first_->Take()->view.flags.rst);
}

// Covers: DSS-4
TEST_F(DataSequence, ChecksumMissingThoughNegotiatedResets) {
  ConnectionOptions options = NoDelay();
  options.checksum = true;
  Open(options, 0x81);
  first_->Send(Data("abcd").Map(2, 2, 4, Sum::kNone).DataAck(2));
  EXPECT_TRUE(first_->Take()->view.flags.rst);
}

// Covers: DSS-10
TEST_F(DataSequence, AChecksumOverSeveralOddSegmentsIsVerified) {
  ConnectionOptions options = NoDelay();
  options.checksum = true;
  Open(options, 0x81);
  // The vocabulary sums one segment's payload, so the whole mapping is sent overlapping: first the prefix, then all of it.
  first_->Send(Data("hel").DataAck(2));
  first_->Send(Data("hello").Seq(2).Map(2, 2, 5).DataAck(2));
  first_->ExpectEventually(Ack(7).DataAck(7));
  EXPECT_EQ(bench_.Read(), "hello");
}

// Covers: WIN-11
TEST_F(DataSequence, AShutSharedWindowIsProbedAndReopens) {  // 3.3.5, RFC 9293 3.8.6.1
  Open();
  first_->Send(Ack().DataAck(2).Window(0));
  bench_.Write("abcd");
  const CapturedPtr probe = first_->Take(Duration::Seconds(5));
  EXPECT_LE(probe->view.payload.size(), 1u);
  first_->Send(Ack(2).DataAck(2).Window(1000));
  first_->ExpectEventually(Bare({.ack = true}).AnyPayload().SomeMap(), Duration::Seconds(1));
  EXPECT_EQ(bench_.failure(), std::nullopt);
}

// Covers: ACK-4
TEST_F(DataSequence, AWindowWithoutDataAckIsNotTheSharedWindow) {  // 3.3.2
  bench_.Listen(NoDelay());
  Flow& peer = bench_.NewFlow();
  peer.default_window = 1;
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck());
  peer.Send(Data("A").MpCapable());  // the shared window is one byte
  bench_.connection = bench_.Accept();
  bench_.Write("abcd");
  peer.ExpectEventually(Data("a").Map(1, 1, 1));
  peer.Send(Ack(2).DataAck(2));
  peer.ExpectEventually(Data("b").Map(2, 2, 1));
  peer.Send(Ack(3).Window(1000));    // of the subflow; the shared one did not move
  bench_.Advance(Duration::Millis(10));
  peer.Skip();
  EXPECT_EQ(peer.received(), "ab");
  peer.Send(Ack(3).DataAck(3).Window(1000));
  peer.ExpectEventually(Data("cd").Map(3, 3, 2));
}

// Covers: WIN-1, SEM-2
TEST_F(DataSequence, BothSubflowsAdvertiseTheOneWindow) {  // 3.3.4
  ConnectionOptions options = NoDelay();
  options.receive_buffer = options.initial_receive_buffer = Bytes::KiB(32);  // below what the field holds without scaling
  Open(options);
  Flow& second = bench_.Join(*first_);
  first_->Send(Data("").Filler(1000).Map(2, 2, 1000).DataAck(2));
  const CapturedPtr on_first = first_->Take();
  second.Send(Data("").Filler(1000).Map(1002, 1, 1000).DataAck(2));
  const CapturedPtr on_second = second.Take();
  // 1000 bytes more are acknowledged and still unread: the window shrinks by them, its right edge stays.
  EXPECT_EQ(on_first->view.window, on_second->view.window + 1000);
}

// Covers: GEN-2
TEST_F(DataSequence, NonDssOptionsAreNoDuplicateAcks) {  // 3.4.1, 4: not a sign of congestion
  Open();
  bench_.Write("abcd");
  first_->ExpectEventually(Data("abcd"));
  bench_.Write("efgh");
  first_->ExpectEventually(Data("efgh"));
  for (int i = 0; i < 5; ++i) first_->Send(Ack(2).MpPrio(i % 2 == 0));
  bench_.Advance(Duration::Millis(5));
  EXPECT_EQ(bench_.Subflows().at(0).recoveries, 0u);
  EXPECT_EQ(bench_.Subflows().at(0).retransmissions, 0u);
}

// Keys whose initial data sequence number ends in ffffffxx: the low half wraps within the first kilobyte.
constexpr std::uint64_t kTheirKey = 0x50000000025536c7;  // ...ffffffe7
constexpr std::uint64_t kOurKey = 0x50000000026b108e;    // ...ffffff37

// Covers: DSS-17, DSS-21
TEST(DataSequenceWrap, TheLowHalfMayWrapInBothDirections) {  // 3.3.1
  Bench bench;
  bench.random.next_key = kTheirKey;
  bench.Listen(NoDelay());
  Flow& peer = bench.NewFlow();
  peer.peer().own_key = kOurKey;
  peer.Send(Syn().Mss(1460).MpCapable());
  peer.Expect(SynAck());
  EXPECT_GT(peer.peer().own_idsn().low32(), 0xffffff00u);
  peer.Send(Ack().MpCapable());
  bench.connection = bench.Accept();
  peer.Send(Data("").Filler(300).MpCapable());
  peer.ExpectEventually(Ack(301).DataAck(301));
  peer.Send(Data("abcd").Map(301, 301, 4).ShortNumbers());
  peer.ExpectEventually(Ack(305).DataAck(305));
  EXPECT_EQ(bench.Read().size(), 304u);
  bench.Write(std::string(300, 'y'));
  peer.ExpectEventually(Bare({.ack = true}).Length(300).Map(1, 1, 300));
  peer.Send(Ack().DataAck(301).ShortNumbers());
  EXPECT_EQ(bench.Info().bytes_acked, 300u);
}

}  // namespace
}  // namespace mptcpp::conformance
