// SPDX-License-Identifier: Apache-2.0
// Forty bytes for all options of a segment (RFC 8684 appendix A): what is sent when not everything fits.
#include <gtest/gtest.h>

#include "conformance/harness/bench.h"
#include "conformance/harness/options_in.h"
#include "wire/checksum.h"

namespace mptcpp::conformance {
namespace {

class OptionSpace : public ::testing::Test {
 protected:
  void SetUp() override {
    ConnectionOptions options;
    options.checksum = true;
    options.tcp.no_delay = true;
    bench_.Listen(options);
    peer_ = &bench_.NewFlow();
    peer_->peer().checksum = true;
    peer_->Send(Syn().Mss(1460).SackPermitted().Timestamps(1, 0).MpCapable(0x81));
    peer_->Expect(SynAck().MpCapable(0x81));
    peer_->Send(Ack().MpCapable(0x81));
    peer_->Skip();
    bench_.connection = bench_.Accept();
    bench_.ExchangeOneByte(*peer_);
  }
  Bench bench_;
  Flow* peer_ = nullptr;
};

// Covers: GEN-8
TEST_F(OptionSpace, LongNumbersAChecksumAndTimestampsFillItExactly) {
  peer_->Send(Data("ab").Map(2, 2, 2).DataAck(2));  // 64 bits, so our Data ACKs have 64, too
  peer_->ExpectEventually(Ack(4).DataAck(4));
  bench_.Write("abcd");
  const CapturedPtr data = peer_->Take();
  EXPECT_TRUE(data->view.options.timestamps.has_value());
  EXPECT_EQ(RawOption(*data, wire::MptcpSubtype::kDss).size(), 28u);
  EXPECT_EQ(Mismatch(*peer_, Data("abcd").Map(2, 2, 4).DataAck(4), *data), "");
}

// Covers: GEN-8
TEST_F(OptionSpace, TheDataAckStaysAndSackBlocksTakeTheRest) {
  for (std::uint32_t at = 10; at < 60; at += 10) peer_->Send(Data("x").Seq(at).Map(at, at, 1).DataAck(2));
  CapturedPtr last;
  while (peer_->HasWaiting()) last = peer_->Take();
  ASSERT_NE(last, nullptr);
  EXPECT_TRUE(last->view.options.timestamps.has_value());
  EXPECT_TRUE(HasOption(*last, wire::MptcpSubtype::kDss));
  EXPECT_GE(last->view.options.sack_count, 1u);
  EXPECT_LT(last->view.options.sack_count, 3u) << "without DSS there would be room for three";
}

// Covers: GEN-8
TEST_F(OptionSpace, AnAnnouncementOfALongAddressAndTheDataAckTakeTurns) {
  const IpAddress address = *IpAddress::Parse("2001:db8::77");
  ASSERT_TRUE(bench_.endpoint().AddPathEndpoint({.address = address, .signal = true}, bench_.now()));
  bench_.Pump();
  CapturedPtr announcement = peer_->Take();
  while (!HasOption(*announcement, wire::MptcpSubtype::kAddAddr)) announcement = peer_->Take();
  EXPECT_EQ(RawOption(*announcement, wire::MptcpSubtype::kAddAddr).size(), 28u);
  EXPECT_FALSE(HasOption(*announcement, wire::MptcpSubtype::kDss)) << "28 beside timestamps: nothing is left";
  peer_->Send(Data("abcd").Map(2, 2, 4).DataAck(2));
  peer_->ExpectEventually(Ack(6).DataAck(6));
}

// With its port a long address needs 30 bytes, and timestamps leave 28: the port is left out where it is the subflow's own.
TEST_F(OptionSpace, AnAnnouncementThatDoesNotFitGoesWithoutItsPort) {
  const SocketAddress address{*IpAddress::Parse("2001:db8::77"), Bench::kDutPort};
  ASSERT_TRUE(bench_.endpoint().Announce(bench_.connection, address, bench_.now()));
  bench_.Pump();
  CapturedPtr announcement = peer_->Take();
  while (!HasOption(*announcement, wire::MptcpSubtype::kAddAddr)) announcement = peer_->Take();
  const auto option = wire::ParseAddAddr(RawOption(*announcement, wire::MptcpSubtype::kAddAddr));
  ASSERT_TRUE(option);
  EXPECT_EQ(option->port, std::nullopt);
  EXPECT_EQ(bench_.CounterOf(Counter::kAddAddrTx), 1u);
}

// RFC 8684 3.3.3: the checksum of a DATA_FIN without data covers its own number, subflow sequence number 0 and length 1.
// Covers: CLOSE-2
TEST_F(OptionSpace, ADataFinAloneHasItsChecksum) {
  bench_.Shutdown();
  CapturedPtr fin = peer_->Take();
  while (!HasOption(*fin, wire::MptcpSubtype::kDss)) fin = peer_->Take();
  const auto dss = wire::ParseDss(RawOption(*fin, wire::MptcpSubtype::kDss));
  ASSERT_TRUE(dss && dss->mapping && dss->data_fin);
  EXPECT_EQ(dss->mapping->length, 1);
  EXPECT_EQ(dss->mapping->subflow_seq, 0u);
  EXPECT_EQ(dss->mapping->checksum, wire::DssPseudoHeader(peer_->peer().their_idsn() + 2, 0, 1).Finish());
}

TEST_F(OptionSpace, ADataFinOnOneByteIsPartOfItsChecksum) {
  peer_->Send(Data("x").Map(2, 2, 2).DataFin().DataAck(2));
  peer_->ExpectEventually(Ack(3).DataAck(4));
  EXPECT_EQ(bench_.Read(), "x");
  EXPECT_TRUE(bench_.AtEnd());
  EXPECT_EQ(bench_.CounterOf(Counter::kDataCsumErr), 0u);
}

}  // namespace
}  // namespace mptcpp::conformance
