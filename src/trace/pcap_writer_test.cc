// SPDX-License-Identifier: Apache-2.0
#include "trace/pcap_writer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "wire/checksum.h"
#include "wire/ip_header.h"
#include "wire/tcp_segment.h"

namespace mptcpp::trace {
namespace {

struct Record {
  Instant at;
  std::vector<std::byte> bytes;
};

// Reads what the writer wrote, by the format's own description.
std::vector<Record> ReadCapture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<Record> records;
  EXPECT_GE(all.size(), 24u);
  std::uint32_t magic, link;
  std::memcpy(&magic, all.data(), 4);
  std::memcpy(&link, all.data() + 20, 4);
  EXPECT_EQ(magic, 0xa1b23c4du);
  EXPECT_EQ(link, 101u);
  for (std::size_t at = 24; at + 16 <= all.size();) {
    std::uint32_t words[4];
    std::memcpy(words, all.data() + at, 16);
    EXPECT_EQ(words[2], words[3]);
    Record record{Instant::FromNanos(static_cast<std::int64_t>(words[0]) * 1'000'000'000 + words[1]), {}};
    const auto* begin = reinterpret_cast<const std::byte*>(all.data() + at + 16);
    record.bytes.assign(begin, begin + words[2]);
    records.push_back(std::move(record));
    at += 16 + words[2];
  }
  return records;
}

TxPacket SampleTx(const IpAddress& from, const IpAddress& to, std::span<const std::byte> payload, std::uint16_t segment_size) {
  TxPacket packet;
  packet.source = from;
  packet.destination = to;
  packet.segment_size = segment_size;
  wire::HeaderFields fields;
  fields.source_port = 1000;
  fields.destination_port = 80;
  fields.seq = SeqNum(100);
  fields.flags = {.psh = true, .ack = true};
  wire::WriteHeader(fields, {}, packet);
  packet.AddSlice(payload);
  return packet;
}

// The TCP segment in a record, if IP and TCP checksums are right.
wire::SegmentView Verified(const Record& record) {
  wire::SegmentView view;
  const auto ip = wire::ParseIp(record.bytes);
  EXPECT_TRUE(ip.has_value());
  if (!ip) return view;
  RxPacket rx;
  rx.source = ip->source;
  rx.destination = ip->destination;
  rx.segment = ip->payload;
  EXPECT_EQ(wire::ParseSegment(rx, view), wire::ParseResult::kOk);
  return view;
}

class PcapWriterTest : public ::testing::Test {
 protected:
  std::string path_ = ::testing::TempDir() + "/pcap_writer_test_" +
                      ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".pcap";
  void TearDown() override { std::remove(path_.c_str()); }
};

TEST_F(PcapWriterTest, SplitsASuperSegmentAndCompletesChecksums) {
  const std::vector<std::byte> payload(2500, std::byte{7});
  {
    auto writer = PcapWriter::Open(path_);
    ASSERT_TRUE(writer.has_value()) << writer.error();
    writer->Write(Instant::FromNanos(3'000'000'007),
                  SampleTx(IpAddress::V4(192, 0, 2, 1), IpAddress::V4(192, 0, 2, 2), payload, 1000));
    EXPECT_EQ(writer->packets_written(), 3u);
  }
  const auto records = ReadCapture(path_);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].at.nanos(), 3'000'000'007);
  EXPECT_EQ(Verified(records[0]).payload.size(), 1000u);
  EXPECT_EQ(Verified(records[2]).payload.size(), 500u);
  EXPECT_EQ(Verified(records[2]).seq, SeqNum(2100));
  EXPECT_TRUE(Verified(records[2]).flags.psh);
  EXPECT_FALSE(Verified(records[1]).flags.psh);
}

TEST_F(PcapWriterTest, KeepsASuperSegmentWholeWhenAsked) {
  const std::vector<std::byte> payload(60000, std::byte{7});
  {
    auto writer = PcapWriter::Open(path_, {.split_super_segments = false});
    ASSERT_TRUE(writer.has_value()) << writer.error();
    writer->Write(Instant::FromNanos(0), SampleTx(*IpAddress::Parse("2001:db8::1"), *IpAddress::Parse("2001:db8::2"), payload, 1000));
  }
  const auto records = ReadCapture(path_);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(Verified(records[0]).payload.size(), 60000u);
}

TEST_F(PcapWriterTest, AReceivedSegmentKeepsItsWrongChecksumUnlessVerified) {
  std::vector<std::byte> segment(25, std::byte{0});
  segment[12] = std::byte{0x50};
  RxPacket rx;
  rx.source = IpAddress::V4(10, 0, 0, 1);
  rx.destination = IpAddress::V4(10, 0, 0, 2);
  rx.segment = segment;
  {
    auto writer = PcapWriter::Open(path_);
    ASSERT_TRUE(writer.has_value());
    writer->Write(Instant::FromNanos(1), rx);
    rx.checksum_verified = true;
    writer->Write(Instant::FromNanos(2), rx);
  }
  const auto records = ReadCapture(path_);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(std::vector<std::byte>(records[0].bytes.begin() + 20, records[0].bytes.end()), segment);
  EXPECT_EQ(Verified(records[1]).payload.size(), 5u);
}

TEST_F(PcapWriterTest, ErrorsAreValues) {
  EXPECT_FALSE(PcapWriter::Open("/nonexistent/directory/x.pcap").has_value());
  auto full = PcapWriter::Open("/dev/full");
  ASSERT_TRUE(full.has_value());
  EXPECT_FALSE(full->Flush());
  EXPECT_NE(full->error().find("/dev/full"), std::string::npos);
}

}  // namespace
}  // namespace mptcpp::trace
