// SPDX-License-Identifier: Apache-2.0
#include "wire/checksum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string_view>
#include <vector>

#include "base/hex_for_testing.h"

namespace mptcpp::wire {
namespace {

// RFC 1071 1, byte by byte: the definition that the wide routine must equal.
std::uint16_t ByDefinition(std::span<const std::byte> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(sum);
}

std::vector<std::byte> RandomBytes(std::size_t length, std::mt19937& random) {
  std::vector<std::byte> bytes(length);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

std::span<const std::byte> Text(std::string_view text) { return std::as_bytes(std::span(text)); }

std::uint16_t FoldedOf(std::span<const std::byte> bytes) {
  Checksum sum;
  sum.Add(bytes);
  return sum.Folded();
}

TEST(Checksum, Rfc1071Example) {
  const auto bytes = FromHex("0001f203f4f5f6f7");
  EXPECT_EQ(FoldedOf(bytes), 0xddf2);
  Checksum sum;
  sum.Add(bytes);
  EXPECT_EQ(sum.Finish(), 0x220d);
}

TEST(Checksum, EmptyIsZero) {
  EXPECT_EQ(FoldedOf({}), 0);
  EXPECT_EQ(Checksum().Finish(), 0xffff);
}

TEST(Checksum, EqualsTheDefinitionAtEveryAlignmentAndLength) {
  std::mt19937 random(1);
  const auto buffer = RandomBytes(400, random);
  for (std::size_t alignment = 0; alignment < 64; ++alignment) {
    for (std::size_t length = 0; length <= 300; ++length) {
      const auto bytes = std::span(buffer).subspan(alignment, length);
      ASSERT_EQ(FoldedOf(bytes), ByDefinition(bytes)) << alignment << " + " << length;
    }
  }
}

TEST(Checksum, EqualsTheDefinitionWhenEveryCarryHappens) {
  const std::vector<std::byte> ones(70'000, std::byte{0xff});
  for (const std::size_t length : {1u, 2u, 63u, 64u, 65u, 1500u, 65535u, 70'000u}) {
    const auto bytes = std::span(ones).first(length);
    EXPECT_EQ(FoldedOf(bytes), ByDefinition(bytes)) << length;
  }
}

TEST(Checksum, CopiesWhileAddingAtEveryAlignmentAndLength) {
  std::mt19937 random(2);
  const auto buffer = RandomBytes(400, random);
  for (std::size_t alignment = 0; alignment < 16; ++alignment) {
    for (std::size_t length = 0; length <= 300; ++length) {
      const auto bytes = std::span(buffer).subspan(alignment, length);
      std::vector<std::byte> copy(length + 2, std::byte{0xa5});
      Checksum sum;
      sum.AddAndCopy(bytes, copy.data() + 1);
      ASSERT_EQ(sum.Folded(), ByDefinition(bytes)) << alignment << " + " << length;
      ASSERT_TRUE(std::equal(bytes.begin(), bytes.end(), copy.begin() + 1));
      ASSERT_EQ(copy.front(), std::byte{0xa5});
      ASSERT_EQ(copy.back(), std::byte{0xa5});
    }
  }
}

TEST(Checksum, AnySplitGivesTheSameSum) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    const auto bytes = RandomBytes(random() % 700, random);
    Checksum added;
    Checksum appended;
    std::vector<std::byte> copy(bytes.size());
    for (std::size_t begin = 0; begin < bytes.size();) {
      const std::size_t length = std::min<std::size_t>(1 + random() % 90, bytes.size() - begin);
      const auto part = std::span(bytes).subspan(begin, length);
      if (random() % 2 == 0) added.Add(part);
      else added.AddAndCopy(part, copy.data() + begin);
      Checksum next;
      next.Add(part);
      appended.Append(next);
      begin += length;
    }
    ASSERT_EQ(added.Folded(), ByDefinition(bytes));
    ASSERT_EQ(appended.Folded(), ByDefinition(bytes));
  }
}

TEST(Checksum, NumbersCountAsTheirBytesInNetworkOrder) {
  Checksum numbers;
  numbers.Add64(0x0102'0304'0506'0708);
  numbers.Add32(0xfffe'fdfc);
  numbers.Add16(0x8001);
  EXPECT_EQ(numbers.Folded(), ByDefinition(FromHex("0102030405060708 fffefdfc 8001")));
}

TEST(Checksum, IsIntactWithItsOwnChecksumInside) {
  auto bytes = FromHex("45000040 00014000 40064e7d c0000201 c6336405");
  Checksum sum;
  sum.Add(bytes);
  EXPECT_TRUE(sum.IsIntact());
  bytes[3] ^= std::byte{0x01};
  Checksum broken;
  broken.Add(bytes);
  EXPECT_FALSE(broken.IsIntact());
}

TEST(PseudoHeader, HasTheBytesOfBothFamilies) {
  EXPECT_EQ(PseudoHeader(IpAddress::V4(192, 0, 2, 1), IpAddress::V4(198, 51, 100, 5), 6, 44).Folded(),
            ByDefinition(FromHex("c0000201 c6336405 0006 002c")));
  EXPECT_EQ(PseudoHeader(*IpAddress::Parse("2001:db8::1"), *IpAddress::Parse("2001:db8::77"), 17, 0x0001'0203).Folded(),
            ByDefinition(FromHex("20010db8000000000000000000000001 20010db8000000000000000000000077 00010203 00000011")));
}

constexpr Dsn kFirst(0xf5a101d3d29d6f73);

// Covers: DSS-10
TEST(DssPseudoHeader, CoversMappingAndData) {
  Checksum sum = DssPseudoHeader(kFirst, 1, 10);
  EXPECT_EQ(sum.Folded(), ByDefinition(FromHex("f5a101d3d29d6f7300000001000a0000")));
  sum.Add(Text("0123456789"));
  EXPECT_EQ(sum.Finish(), 0xc164);
  sum.Add16(0xc164);
  EXPECT_TRUE(sum.IsIntact());
}

// Covers: DSS-10
TEST(DssPseudoHeader, SumsOfOddPartsAreJoined) {
  Checksum whole = DssPseudoHeader(kFirst, 1, 5);
  whole.Add(Text("hello"));
  EXPECT_EQ(whole.Finish(), 0x82a1);

  Checksum first;
  first.Add(Text("hel"));
  EXPECT_EQ(first.Folded(), 0xd465);
  Checksum second;
  second.Add(Text("lo"));
  EXPECT_EQ(second.Folded(), 0x6c6f);  // swapped to 6f6c when it is appended behind three bytes
  Checksum joined = DssPseudoHeader(kFirst, 1, 5);
  joined.Append(first);
  joined.Append(second);
  EXPECT_EQ(joined.Finish(), 0x82a1);
}

// Covers: CLOSE-3
TEST(DssPseudoHeader, DataFin) {
  EXPECT_EQ(DssPseudoHeader(kFirst + 10, 0, 1).Finish(), 0xc66e);
  Checksum with_data = DssPseudoHeader(kFirst, 1, 11);
  with_data.Add(Text("0123456789"));
  EXPECT_EQ(with_data.Finish(), 0xc163);
}

TEST(DssPseudoHeader, ImpliedMappingOfMpCapable) {
  Checksum sum = DssPseudoHeader(kFirst, 1, 4);
  sum.Add(Text("abcd"));
  EXPECT_EQ(sum.Finish(), 0x01ae);
}

}  // namespace
}  // namespace mptcpp::wire
