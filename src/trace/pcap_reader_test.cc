// SPDX-License-Identifier: Apache-2.0
#include "trace/pcap_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>

#include "trace/link_layer.h"
#include "trace/packets_for_testing.h"
#include "trace/pcap_writer.h"

namespace mptcpp::trace {
namespace {

using ::testing::HasSubstr;

const SocketAddress kA{IpAddress::V4(192, 0, 2, 1), 40000};
const SocketAddress kB{IpAddress::V4(198, 51, 100, 5), 80};

class PcapReaderTest : public ::testing::Test {
 protected:
  std::string path_ =
      ::testing::TempDir() + "/pcap_reader_test_" + ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".pcap";
  const std::vector<std::byte> ip_ = IpBytes({.from = kA, .to = kB, .flags = {.syn = true}, .seq = 7});
  void TearDown() override { std::remove(path_.c_str()); }

  // What a reader makes of one frame behind `prefix`.
  std::string IpHexIn(std::uint32_t link_type, const std::string& prefix) {
    {
      CaptureFile file(path_, link_type);
      file.Record(1'000'002, Joined({FromHex(prefix), ip_}));
    }
    auto reader = PcapReader::Open(path_);
    EXPECT_TRUE(reader.has_value()) << reader.error();
    const auto packet = reader->Next();
    return packet ? ToHex(packet->ip) : "none";
  }
};

TEST_F(PcapReaderTest, EveryByteOrderAndResolution) {
  for (const bool swapped : {false, true}) {
    for (const std::uint32_t magic : {0xa1b2c3d4u, 0xa1b23c4du}) {
      {
        CaptureFile file(path_, kLinkRaw, magic, swapped);
        file.Record(5'000'007, ip_);
        file.Record(6'999'999, ip_);
      }
      auto reader = PcapReader::Open(path_);
      ASSERT_TRUE(reader.has_value()) << reader.error();
      const auto first = reader->Next();
      ASSERT_TRUE(first.has_value());
      EXPECT_EQ(first->at.nanos(), 5'000'007'000);
      EXPECT_EQ(first->number, 1u);
      EXPECT_TRUE(first->complete);
      EXPECT_EQ(ToHex(first->ip), ToHex(ip_));
      EXPECT_EQ(reader->Next()->at.nanos(), 6'999'999'000);
      EXPECT_FALSE(reader->Next().has_value());
      EXPECT_EQ(reader->error(), "");
    }
  }
}

TEST_F(PcapReaderTest, EveryLinkLayer) {
  const std::string ip = ToHex(ip_);
  EXPECT_EQ(IpHexIn(kLinkRaw, ""), ip);
  EXPECT_EQ(IpHexIn(kLinkIp4, ""), ip);
  EXPECT_EQ(IpHexIn(kLinkEthernet, "020000000001 020000000002 0800"), ip);
  EXPECT_EQ(IpHexIn(kLinkEthernet, "020000000001 020000000002 8100 0005 0800"), ip);
  EXPECT_EQ(IpHexIn(kLinkEthernet, "020000000001 020000000002 88a8 0007 8100 0005 0800"), ip);
  EXPECT_EQ(IpHexIn(kLinkEthernet, "020000000001 020000000002 0806"), "none");
  EXPECT_EQ(IpHexIn(kLinkLinuxCooked, "0004 0001 0006 0200000000010000 0800"), ip);
  EXPECT_EQ(IpHexIn(kLinkLinuxCooked2, "0800 0000 00000002 0001 04 06 0200000000010000"), ip);
  EXPECT_EQ(IpHexIn(kLinkNull, "02000000"), ip);
}

TEST_F(PcapReaderTest, PacketsWithoutIpAreCountedButNotGiven) {
  {
    CaptureFile file(path_, kLinkEthernet);
    file.Record(1, FromHex("020000000001 020000000002 0806 0001"));
    file.Record(2, Joined({FromHex("020000000001 020000000002 0800"), ip_}));
  }
  auto reader = PcapReader::Open(path_);
  EXPECT_EQ(reader->Next()->number, 2u);
  EXPECT_EQ(reader->packets_read(), 2u);
}

TEST_F(PcapReaderTest, WhatWasCutOffReadsAsZeros) {
  const auto ip = IpBytes({.from = kA, .to = kB, .flags = {.ack = true}, .payload = "payload that is not captured"});
  {
    CaptureFile file(path_, kLinkRaw);
    file.Record(1, ip, 44);
  }
  auto reader = PcapReader::Open(path_);
  const auto packet = reader->Next();
  ASSERT_TRUE(packet.has_value());
  EXPECT_FALSE(packet->complete);
  ASSERT_EQ(packet->ip.size(), ip.size());
  EXPECT_EQ(ToHex(packet->ip.first(44)), ToHex(std::span(ip).first(44)));
  for (const std::byte byte : packet->ip.subspan(44)) EXPECT_EQ(byte, std::byte{0});
}

TEST_F(PcapReaderTest, ReadsWhatTheWriterWrites) {
  {
    auto writer = PcapWriter::Open(path_);
    ASSERT_TRUE(writer.has_value());
    std::vector<std::byte> segment(ip_.begin() + 20, ip_.end());
    writer->Write(Instant::FromNanos(1'234'567'890),
                  RxPacket{.source = kA.address, .destination = kB.address, .segment = segment});
  }
  auto reader = PcapReader::Open(path_);
  const auto packet = reader->Next();
  ASSERT_TRUE(packet.has_value());
  EXPECT_EQ(packet->at.nanos(), 1'234'567'890);
  EXPECT_EQ(ToHex(packet->ip.subspan(20)), ToHex(std::span(ip_).subspan(20)));
}

TEST_F(PcapReaderTest, SaysWhatIsWrongWithAFile) {
  EXPECT_THAT(PcapReader::Open(path_).error(), HasSubstr("cannot read"));
  { std::ofstream(path_) << "short"; }
  EXPECT_THAT(PcapReader::Open(path_).error(), HasSubstr("too short"));
  { std::ofstream(path_) << std::string(100, 'x'); }
  EXPECT_THAT(PcapReader::Open(path_).error(), HasSubstr("no pcap file"));
  { CaptureFile file(path_, kLinkRaw, 0x0a0d0d0a); }
  EXPECT_THAT(PcapReader::Open(path_).error(), HasSubstr("editcap"));
  { CaptureFile file(path_, 147); }
  EXPECT_THAT(PcapReader::Open(path_).error(), HasSubstr("link type 147"));
}

TEST_F(PcapReaderTest, ADamagedFileGivesWhatCameBefore) {
  {
    CaptureFile file(path_, kLinkRaw);
    file.Record(1, ip_);
    file.Record(2, ip_);
  }
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - 1);
  auto reader = PcapReader::Open(path_);
  EXPECT_TRUE(reader->Next().has_value());
  EXPECT_FALSE(reader->Next().has_value());
  EXPECT_THAT(reader->error(), HasSubstr("ends within packet 2"));
  EXPECT_FALSE(reader->Next().has_value());
}

}  // namespace
}  // namespace mptcpp::trace
