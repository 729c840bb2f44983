// SPDX-License-Identifier: Apache-2.0
#include "wire/icmp.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/endian.h"
#include "base/hex_for_testing.h"
#include "wire/checksum.h"

namespace mptcpp::wire {
namespace {

// Our segment 192.0.2.1:40000 > 198.51.100.5:80 with sequence number 1000, quoted up to there, TTL run down on the way.
const std::string kQuote4 = "45000040 00014000 01060000 c0000201 c6336405 9c400050 000003e8";
const std::string kQuote6 =
    "60000000 0014 06 01 20010db8000000000000000000000001 20010db8000000000000000000000077 9c400050 000003e8";

std::vector<std::byte> Message(int type, int code, const std::string& quote, std::uint32_t rest = 0) {
  auto message = FromHex("0000000000000000" + quote);
  message[0] = static_cast<std::byte>(type);
  message[1] = static_cast<std::byte>(code);
  Store32(message.data() + 4, rest);
  Checksum sum;
  sum.Add(message);
  Store16(message.data() + 2, sum.Finish());
  return message;
}

std::optional<IcmpKind> Kind4(int type, int code) {
  const auto error = ParseIcmp(Message(type, code, kQuote4), false);
  return error ? std::optional(error->kind) : std::nullopt;
}

std::optional<IcmpKind> Kind6(int type, int code) {
  const auto error = ParseIcmp(Message(type, code, kQuote6), true);
  return error ? std::optional(error->kind) : std::nullopt;
}

TEST(ParseIcmp, TellsWhichSegmentItIsAbout) {
  const auto error = ParseIcmp(Message(3, 1, kQuote4), false);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->tuple, (FourTuple{.local = {IpAddress::V4(192, 0, 2, 1), 40000}, .remote = {IpAddress::V4(198, 51, 100, 5), 80}}));
  EXPECT_EQ(error->quoted_seq, SeqNum(1000));
  EXPECT_EQ(error->next_hop_mtu, 0u);

  const auto error6 = ParseIcmp(Message(1, 0, kQuote6), true);
  ASSERT_TRUE(error6);
  EXPECT_EQ(error6->tuple,
            (FourTuple{.local = {*IpAddress::Parse("2001:db8::1"), 40000}, .remote = {*IpAddress::Parse("2001:db8::77"), 80}}));
  EXPECT_EQ(error6->quoted_seq, SeqNum(1000));
}

TEST(ParseIcmp, TellsHardFromSoft) {
  for (const int code : {0, 1, 5, 6, 7, 11, 12}) EXPECT_EQ(Kind4(3, code), IcmpKind::kSoftUnreachable) << code;
  for (const int code : {2, 3, 9, 10, 13}) EXPECT_EQ(Kind4(3, code), IcmpKind::kHardUnreachable) << code;
  EXPECT_EQ(Kind4(11, 0), IcmpKind::kSoftUnreachable);
  EXPECT_EQ(Kind4(12, 0), IcmpKind::kSoftUnreachable);
  for (const int code : {0, 2, 3}) EXPECT_EQ(Kind6(1, code), IcmpKind::kSoftUnreachable) << code;
  for (const int code : {1, 4, 5, 6}) EXPECT_EQ(Kind6(1, code), IcmpKind::kHardUnreachable) << code;
  EXPECT_EQ(Kind6(3, 0), IcmpKind::kSoftUnreachable);
  EXPECT_EQ(Kind6(4, 0), IcmpKind::kSoftUnreachable);
  EXPECT_EQ(Kind6(4, 1), IcmpKind::kHardUnreachable);
}

TEST(ParseIcmp, TellsTheNextHopMtu) {
  const auto v4 = ParseIcmp(Message(3, 4, kQuote4, 1400), false);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->kind, IcmpKind::kPacketTooBig);
  EXPECT_EQ(v4->next_hop_mtu, 1400u);
  const auto v6 = ParseIcmp(Message(2, 0, kQuote6, 0x0001'0000), true);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->kind, IcmpKind::kPacketTooBig);
  EXPECT_EQ(v6->next_hop_mtu, 0x0001'0000u);
}

TEST(ParseIcmp, IgnoresWhatIsNoError) {
  EXPECT_EQ(Kind4(0, 0), std::nullopt);
  EXPECT_EQ(Kind4(8, 0), std::nullopt);
  EXPECT_EQ(Kind4(4, 0), std::nullopt);  // source quench
  EXPECT_EQ(Kind4(5, 0), std::nullopt);  // redirect
  EXPECT_EQ(Kind6(128, 0), std::nullopt);
  EXPECT_EQ(Kind6(135, 0), std::nullopt);
}

TEST(ParseIcmp, NeedsAnIntactMessage) {
  auto message = Message(3, 1, kQuote4);
  message.back() ^= std::byte{1};
  EXPECT_FALSE(ParseIcmp(message, false));
}

TEST(ParseIcmp, NeedsPortsAndSequenceNumberOfTcp) {
  for (std::size_t cut = 2; cut <= kQuote4.size(); cut += 2) {
    const std::string quote = kQuote4.substr(0, kQuote4.size() - cut);
    EXPECT_FALSE(ParseIcmp(Message(3, 1, quote), false)) << quote;
  }
  for (std::size_t cut = 2; cut <= kQuote6.size(); cut += 2) {
    const std::string quote = kQuote6.substr(0, kQuote6.size() - cut);
    EXPECT_FALSE(ParseIcmp(Message(1, 0, quote), true)) << quote;
  }
  std::string udp = kQuote4;
  udp.replace(udp.find("0106"), 4, "0111");
  EXPECT_FALSE(ParseIcmp(Message(3, 3, udp), false));
  std::string later_fragment = kQuote4;
  later_fragment.replace(later_fragment.find("4000"), 4, "2001");
  later_fragment.replace(later_fragment.find("00012001"), 8, "00010001");
  EXPECT_FALSE(ParseIcmp(Message(3, 1, later_fragment), false));
  EXPECT_FALSE(ParseIcmp(Message(3, 1, kQuote6), false));
  EXPECT_FALSE(ParseIcmp(Message(1, 0, kQuote4), true));
}

TEST(ParseIcmp, SkipsIpOptionsAndExtensionsOfTheQuote) {
  const auto v4 = ParseIcmp(Message(3, 1, "46000040 00014000 01060000 c0000201 c6336405 01010100 9c400050 000003e8"), false);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->quoted_seq, SeqNum(1000));
  std::string quote = kQuote6;
  quote.replace(quote.find("06 01"), 5, "3c 01");
  quote.insert(quote.find("9c40"), "0600000000000000");
  const auto v6 = ParseIcmp(Message(1, 0, quote), true);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->tuple.local.port, 40000);
}

}  // namespace
}  // namespace mptcpp::wire
