// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_dss.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/hex_for_testing.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint64_t kFirst = 0xf5a101d3d29d6f73;  // A's first data byte
constexpr std::uint64_t kAck = 0x535beea38e087c8f;    // what A expects of B

WireDsn Long(std::uint64_t value) { return {.value = value, .is_64_bit = true}; }
WireDsn Short(std::uint64_t value) { return {.value = value & 0xffff'ffff, .is_64_bit = false}; }

void ExpectBothWays(const std::string& hex, const Dss& value) {
  SCOPED_TRACE(hex);
  const auto bytes = FromHex(hex);
  const auto parsed = ParseDss(bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, value);
  EXPECT_EQ(DssLength(value), bytes.size());
  std::array<std::byte, 29> out;
  ASSERT_EQ(WriteDss(out, value), bytes.size());
  EXPECT_EQ(ToHex(std::span(out).first(bytes.size())), hex);
  EXPECT_EQ(WriteDss(std::span(out).first(bytes.size() - 1), value), 0u);
}

// Covers: DSS-1
TEST(Dss, MappingVectors) {
  const DssMapping mapping{.dsn = Long(kFirst), .subflow_seq = 1, .length = 10, .checksum = 0xc164};
  DssMapping plain = mapping;
  plain.checksum.reset();
  DssMapping low = mapping;
  low.dsn = Short(kFirst);
  DssMapping low_plain = plain;
  low_plain.dsn = Short(kFirst);
  ExpectBothWays("1e14200cf5a101d3d29d6f7300000001000ac164", {.mapping = mapping});
  ExpectBothWays("1e102004d29d6f7300000001000ac164", {.mapping = low});
  ExpectBothWays("1e1c200f535beea38e087c8ff5a101d3d29d6f7300000001000ac164", {.data_ack = Long(kAck), .mapping = mapping});
  ExpectBothWays("1e1a200f535beea38e087c8ff5a101d3d29d6f7300000001000a", {.data_ack = Long(kAck), .mapping = plain});
  ExpectBothWays("1e16200d8e087c8ff5a101d3d29d6f7300000001000a", {.data_ack = Short(kAck), .mapping = plain});
  ExpectBothWays("1e1220058e087c8fd29d6f7300000001000a", {.data_ack = Short(kAck), .mapping = low_plain});
}

TEST(Dss, DataAckVectors) {
  ExpectBothWays("1e0c2003f5a101d3d29d6f7d", {.data_ack = Long(kFirst + 10)});
  ExpectBothWays("1e082001d29d6f7d", {.data_ack = Short(kFirst + 10)});
}

// Covers: CLOSE-3
TEST(Dss, DataFinVectors) {
  DssMapping alone{.dsn = Long(kFirst + 10), .subflow_seq = 0, .length = 1, .checksum = 0xc66e};
  ExpectBothWays("1e1c201f535beea38e087c8ff5a101d3d29d6f7d000000000001c66e",
                 {.data_ack = Long(kAck), .mapping = alone, .data_fin = true});
  alone.checksum.reset();
  ExpectBothWays("1e12201cf5a101d3d29d6f7d000000000001", {.mapping = alone, .data_fin = true});
  const DssMapping with_data{.dsn = Long(kFirst), .subflow_seq = 1, .length = 11, .checksum = 0xc163};
  ExpectBothWays("1e14201cf5a101d3d29d6f7300000001000bc163", {.mapping = with_data, .data_fin = true});
}

// Covers: DSS-24
TEST(Dss, InfiniteMappingVectors) {
  DssMapping infinite{.dsn = Long(kFirst + 10), .subflow_seq = 11, .length = 0, .checksum = 0};
  ExpectBothWays("1e14200cf5a101d3d29d6f7d0000000b00000000", {.mapping = infinite});
  infinite.checksum.reset();
  ExpectBothWays("1e12200cf5a101d3d29d6f7d0000000b0000", {.mapping = infinite});
}

// Flags F, m, M, a, A in every combination, with every length: RFC 8684 3.3 defines exactly these.
// Covers: DSS-2
TEST(Dss, EveryFlagCombinationHasItsLength) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    const std::size_t ack = (flags & 1) == 0 ? 0 : (flags & 2) != 0 ? 8 : 4;
    const std::size_t map = (flags & 4) == 0 ? 0 : (flags & 8) != 0 ? 14 : 10;
    for (std::size_t length = 4; length <= 40; ++length) {
      std::vector<std::byte> bytes(length);
      for (std::size_t i = 4; i < length; ++i) bytes[i] = static_cast<std::byte>(0x40 + i);
      bytes[0] = std::byte{30};
      bytes[1] = static_cast<std::byte>(length);
      bytes[2] = std::byte{0x20};
      bytes[3] = static_cast<std::byte>(flags);
      const bool checksum = map != 0 && length == 4 + ack + map + 2;
      const bool defined = length == 4 + ack + map || checksum;
      const auto parsed = ParseDss(bytes);
      ASSERT_EQ(parsed.has_value(), defined) << std::hex << flags << std::dec << " length " << length;
      if (!defined) continue;
      EXPECT_EQ(parsed->data_fin, (flags & 0x10) != 0);
      EXPECT_EQ(parsed->data_ack.has_value(), ack != 0);
      ASSERT_EQ(parsed->mapping.has_value(), map != 0);
      if (map != 0) {
        EXPECT_EQ(parsed->mapping->checksum.has_value(), checksum);
      }
      // a without A, m without M and reserved bits are ignored, so they are all that a round trip may lose.
      unsigned meaningful = flags & 0x1f;
      if (ack == 0) meaningful &= ~2u;
      if (map == 0) meaningful &= ~8u;
      bytes[3] = static_cast<std::byte>(meaningful);
      std::array<std::byte, 28> out;
      ASSERT_EQ(WriteDss(out, *parsed), length);
      EXPECT_EQ(ToHex(std::span(out).first(length)), ToHex(bytes));
    }
  }
}

TEST(Dss, FlagsNotTheLengthSayWhatIsThere) {
  // 20 bytes: DSN of 8 with checksum, or Data ACK of 4 and DSN of 4 with checksum; 0x0f needs 26 or 28.
  EXPECT_TRUE(ParseDss(FromHex("1e14200cf5a101d3d29d6f7300000001000ac164"))->mapping->dsn.is_64_bit);
  EXPECT_EQ(ParseDss(FromHex("1e1420058e087c8fd29d6f7300000001000ac164"))->data_ack, Short(kAck));
  EXPECT_FALSE(ParseDss(FromHex("1e14200ff5a101d3d29d6f7300000001000ac164")));
}

// Covers: DSS-18
TEST(Dss, ShortNumbersKeepTheLowHalf) {
  std::array<std::byte, 8> out;
  ASSERT_EQ(WriteDss(out, {.data_ack = WireDsn{.value = kFirst + 10, .is_64_bit = false}}), 8u);
  EXPECT_EQ(ToHex(out), "1e082001d29d6f7d");
}

}  // namespace
}  // namespace mptcpp::wire
