// SPDX-License-Identifier: Apache-2.0
#include "wire/udp_encapsulation.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/hex_for_testing.h"

namespace mptcpp::wire {
namespace {

constexpr char kTcp[] = "9c400050 000003e9 00001389 e01801f6 2b870000 0101080a 00000065 00000200 1e0c2003 f5a101d3 d29d6f7d"
                        "01010101 01010101 01010101 01010101";
constexpr char kUdp[] = "e01801f6 000003e9 00001389 0101080a 00000065 00000200 1e0c2003 f5a101d3 d29d6f7d"
                        "01010101 01010101 01010101 01010101";

constexpr char kRoom[] = "0000000000000000";  // for the UDP header in front of the datagram

std::vector<std::byte> Joined(const char* first, const char* second) {
  auto bytes = FromHex(first);
  const auto rest = FromHex(second);
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

std::string Compact(const char* hex) { return ToHex(FromHex(hex)); }

TEST(UdpEncapsulation, PutsTheOffsetWordFirst) {
  const auto header = FromHex(kTcp);
  std::array<std::byte, 60> out;
  ASSERT_EQ(EncapsulateHeader(header, out), header.size() - 8);
  EXPECT_EQ(ToHex(std::span(out).first(header.size() - 8)), Compact(kUdp));
}

TEST(UdpEncapsulation, WorksInPlace) {
  auto header = FromHex(kTcp);
  // Behind the 8 bytes that the UDP header takes, and right at the start.
  ASSERT_EQ(EncapsulateHeader(header, std::span(header).subspan(8)), header.size() - 8);
  EXPECT_EQ(ToHex(std::span(header).subspan(8)), Compact(kUdp));
  header = FromHex(kTcp);
  ASSERT_EQ(EncapsulateHeader(header, header), header.size() - 8);
  EXPECT_EQ(ToHex(std::span(header).first(header.size() - 8)), Compact(kUdp));
}

TEST(UdpEncapsulation, DecapsulatesInPlace) {
  auto buffer = Joined(kRoom, kUdp);
  for (const std::byte byte : FromHex("61626364")) buffer.push_back(byte);
  const auto length = DecapsulateInPlace(buffer.data(), buffer.size() - 8, 40000, 80);
  ASSERT_EQ(length, buffer.size());
  auto expected = Joined(kTcp, "61626364");
  expected[16] = expected[17] = std::byte{0};  // the checksum is UDP's business
  EXPECT_EQ(ToHex(buffer), ToHex(expected));
}

TEST(UdpEncapsulation, RefusesUrgentData) {
  std::array<std::byte, 60> out;
  auto flag = FromHex(kTcp);
  flag[13] |= std::byte{0x20};
  EXPECT_EQ(EncapsulateHeader(flag, out), 0u);
  auto pointer = FromHex(kTcp);
  pointer[19] = std::byte{1};
  EXPECT_EQ(EncapsulateHeader(pointer, out), 0u);

  auto datagram = Joined(kRoom, kUdp);
  datagram[9] |= std::byte{0x20};
  EXPECT_FALSE(DecapsulateInPlace(datagram.data(), datagram.size() - 8, 1, 2));
}

TEST(UdpEncapsulation, RefusesWhatDoesNotFit) {
  const auto header = FromHex(kTcp);
  std::array<std::byte, 60> out;
  EXPECT_EQ(EncapsulateHeader(header, std::span(out).first(header.size() - 9)), 0u);
  EXPECT_EQ(EncapsulateHeader(std::span(header).first(19), out), 0u);
}

TEST(UdpEncapsulation, LeavesOtherProtocolsOnThePortAlone) {
  const auto good = Joined(kRoom, "50100100 00000001 00000002");
  for (unsigned offset = 0; offset < 16; ++offset) {
    auto buffer = good;
    buffer[8] = static_cast<std::byte>(offset << 4);
    const auto before = buffer;
    // Above 5 the options would have to be there.
    EXPECT_EQ(DecapsulateInPlace(buffer.data(), 12, 1, 2).has_value(), offset == 5) << offset;
    if (offset != 5) {
      EXPECT_EQ(buffer, before);
    }
  }
  for (std::size_t length = 0; length < 12; ++length) {
    auto buffer = good;
    EXPECT_FALSE(DecapsulateInPlace(buffer.data(), length, 1, 2)) << length;
  }
}

}  // namespace
}  // namespace mptcpp::wire
