// SPDX-License-Identifier: Apache-2.0
#include "wire/ip_header.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/endian.h"
#include "base/hex_for_testing.h"
#include "wire/checksum.h"
#include "wire/tcp_segment.h"

namespace mptcpp::wire {
namespace {

constexpr char kSynPacket[] =
    "45000040 00014000 40064e7d c0000201 c6336405 9c400050 000003e8 00000000 b002faf0 90ee0000 "
    "020405b4 0402080a 00000064 00000000 01030308 1e040101";

const IpAddress kFrom4 = IpAddress::V4(192, 0, 2, 1);
const IpAddress kTo4 = IpAddress::V4(198, 51, 100, 5);
const std::string kFrom6 = "20010db8000000000000000000000001";
const std::string kTo6 = "20010db8000000000000000000000077";

void FixChecksum(std::vector<std::byte>& packet) {
  Store16(packet.data() + 10, 0);
  Checksum sum;
  sum.Add(std::span(packet).first((Load8(packet.data()) & 15) * 4u));
  Store16(packet.data() + 10, sum.Finish());
}

TEST(ParseIp, ReadsTheSynPacket) {
  const auto packet = FromHex(kSynPacket);
  const auto view = ParseIp(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source, kFrom4);
  EXPECT_EQ(view->destination, kTo4);
  EXPECT_EQ(view->protocol, kProtocolTcp);
  EXPECT_EQ(view->ecn, Ecn::kNotEct);
  EXPECT_EQ(view->hop_limit, 64);
  EXPECT_EQ(view->header_length, 20u);
  EXPECT_EQ(view->payload.size(), 44u);
  SegmentView segment;
  EXPECT_EQ(ParseSegment({.source = view->source, .destination = view->destination, .segment = view->payload}, segment), ParseResult::kOk);
}

TEST(ParseIp, CutsAtTheLengthField) {
  auto packet = FromHex(kSynPacket);
  packet.resize(packet.size() + 6);  // Ethernet padding
  EXPECT_EQ(ParseIp(packet)->payload.size(), 44u);
  packet.resize(63);
  EXPECT_FALSE(ParseIp(packet));
}

TEST(ParseIp, RefusesWrongChecksumFragmentsAndLengths) {
  const auto good = FromHex(kSynPacket);
  for (std::size_t length = 0; length < good.size(); ++length) EXPECT_FALSE(ParseIp(std::span(good).first(length))) << length;
  auto packet = good;
  packet[8] = std::byte{63};
  EXPECT_FALSE(ParseIp(packet));
  FixChecksum(packet);
  EXPECT_TRUE(ParseIp(packet));
  const auto refused = [&good](std::size_t offset, std::uint16_t value) {
    auto changed = good;
    Store16(changed.data() + offset, value);
    FixChecksum(changed);
    return !ParseIp(changed);
  };
  EXPECT_TRUE(refused(6, 0x2000));   // more fragments
  EXPECT_TRUE(refused(6, 0x0001));   // a later fragment
  EXPECT_FALSE(refused(6, 0x0000));  // may be fragmented, is not
  EXPECT_TRUE(refused(2, 19));
  EXPECT_TRUE(refused(2, 65));
  for (const unsigned first : {0x44u, 0x55u, 0x05u, 0x75u}) {
    auto changed = good;
    changed[0] = static_cast<std::byte>(first);
    FixChecksum(changed);
    EXPECT_FALSE(ParseIp(changed)) << std::hex << first;
  }
}

TEST(ParseIp, SkipsIpv4Options) {
  auto packet = FromHex("46030020 00004000 40060000 c0000201 c6336405 01010100 0102030405060708");
  FixChecksum(packet);
  const auto view = ParseIp(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->header_length, 24u);
  EXPECT_EQ(view->ecn, Ecn::kCe);
  EXPECT_EQ(ToHex(view->payload), "0102030405060708");
}

TEST(ParseIp, ReadsIpv6) {
  const auto packet = FromHex("60200000 0004 06 3f" + kFrom6 + kTo6 + "01020304 ffff");
  const auto view = ParseIp(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source, IpAddress::Parse("2001:db8::1"));
  EXPECT_EQ(view->destination, IpAddress::Parse("2001:db8::77"));
  EXPECT_EQ(view->protocol, kProtocolTcp);
  EXPECT_EQ(view->ecn, Ecn::kEct0);
  EXPECT_EQ(view->hop_limit, 63);
  EXPECT_EQ(view->header_length, 40u);
  EXPECT_EQ(ToHex(view->payload), "01020304");
  EXPECT_FALSE(ParseIp(std::span(packet).first(43)));
  EXPECT_FALSE(ParseIp(std::span(packet).first(39)));
}

std::optional<IpView> ParseIp6With(const std::string& next_header, const std::string& payload) {
  static std::vector<std::byte> packet;  // the view points into it
  packet = FromHex("60000000 0000" + next_header + "40" + kFrom6 + kTo6 + payload);
  Store16(packet.data() + 4, static_cast<std::uint16_t>(packet.size() - 40));
  return ParseIp(packet);
}

TEST(ParseIp, SkipsExtensionHeaders) {
  const std::string hop_by_hop = "3c00 010400000000";                    // then destination options
  const std::string destination = "3301 000000000000 0000000000000000";  // 16 bytes, then an authentication header
  const std::string authentication = "0602 0000 00000000 00000000 00000000";
  const auto view = ParseIp6With("00", hop_by_hop + destination + authentication + "aabb");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->protocol, kProtocolTcp);
  EXPECT_EQ(view->header_length, 40u + 8 + 16 + 16);
  EXPECT_EQ(ToHex(view->payload), "aabb");
}

TEST(ParseIp, RefusesIpv6FragmentsAndBrokenExtensions) {
  EXPECT_FALSE(ParseIp6With("2c", "0600 0001 00000001 aabb"));  // more fragments
  EXPECT_FALSE(ParseIp6With("2c", "0600 0008 00000001 aabb"));  // a later fragment
  EXPECT_TRUE(ParseIp6With("2c", "0600 0000 00000001 aabb"));   // atomic
  EXPECT_FALSE(ParseIp6With("2b", "0600 0201 00000000 aabb"));  // routing header, one segment left
  EXPECT_TRUE(ParseIp6With("2b", "0600 0200 00000000 aabb"));
  EXPECT_FALSE(ParseIp6With("00", "0601 0000 00000000 aabb"));  // longer than the packet
  EXPECT_FALSE(ParseIp6With("00", "06000000000000"));
}

TEST(WriteIpHeader, IsReadBack) {
  const std::vector<std::byte> payload(100, std::byte{7});
  for (const bool v6 : {false, true}) {
    for (const Ecn ecn : {Ecn::kNotEct, Ecn::kEct1, Ecn::kEct0, Ecn::kCe}) {
      const IpAddress from = v6 ? *IpAddress::Parse("2001:db8::1") : kFrom4;
      const IpAddress to = v6 ? *IpAddress::Parse("2001:db8::77") : kTo4;
      std::vector<std::byte> packet(40);
      const std::size_t length = WriteIpHeader(packet, from, to, kProtocolUdp, ecn, payload.size(), 42);
      ASSERT_EQ(length, v6 ? 40u : 20u);
      packet.resize(length);
      packet.insert(packet.end(), payload.begin(), payload.end());
      const auto view = ParseIp(packet);
      ASSERT_TRUE(view);
      EXPECT_EQ(view->source, from);
      EXPECT_EQ(view->destination, to);
      EXPECT_EQ(view->protocol, kProtocolUdp);
      EXPECT_EQ(view->ecn, ecn);
      EXPECT_EQ(view->header_length, length);
      EXPECT_EQ(view->payload.size(), payload.size());
    }
  }
}

TEST(WriteIpHeader, WritesTheVector) {
  std::array<std::byte, 20> out;
  ASSERT_EQ(WriteIpHeader(out, kFrom4, kTo4, kProtocolTcp, Ecn::kNotEct, 44, 1), 20u);
  const auto packet = FromHex(kSynPacket);
  EXPECT_EQ(ToHex(out), ToHex(std::span(packet).first(20)));
}

TEST(WriteIpHeader, RefusesWhatCannotBe) {
  std::array<std::byte, 40> out;
  const IpAddress v6 = IpAddress::AnyV6();
  EXPECT_EQ(WriteIpHeader(out, kFrom4, v6, kProtocolTcp, Ecn::kNotEct, 1, 0), 0u);
  EXPECT_EQ(WriteIpHeader(out, IpAddress(), IpAddress(), kProtocolTcp, Ecn::kNotEct, 1, 0), 0u);
  EXPECT_EQ(WriteIpHeader(std::span(out).first(19), kFrom4, kTo4, kProtocolTcp, Ecn::kNotEct, 1, 0), 0u);
  EXPECT_EQ(WriteIpHeader(std::span(out).first(39), v6, v6, kProtocolTcp, Ecn::kNotEct, 1, 0), 0u);
  EXPECT_EQ(WriteIpHeader(out, kFrom4, kTo4, kProtocolTcp, Ecn::kNotEct, 65515, 0), 20u);
  EXPECT_EQ(WriteIpHeader(out, kFrom4, kTo4, kProtocolTcp, Ecn::kNotEct, 65516, 0), 0u);
  EXPECT_EQ(WriteIpHeader(out, v6, v6, kProtocolTcp, Ecn::kNotEct, 65535, 0), 40u);
  EXPECT_EQ(WriteIpHeader(out, v6, v6, kProtocolTcp, Ecn::kNotEct, 65536, 0), 0u);
}

}  // namespace
}  // namespace mptcpp::wire
