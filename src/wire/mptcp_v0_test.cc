// SPDX-License-Identifier: Apache-2.0
// The options that differ in version 0: vectors both ways, and what must not be accepted.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/hex_for_testing.h"
#include "wire/mptcp_add_addr.h"
#include "wire/mptcp_v0_add_addr.h"
#include "wire/mptcp_v0_capable.h"
#include "wire/mptcp_v0_prio.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint64_t kKeyA = 0x0102030405060708;
constexpr std::uint64_t kKeyB = 0x1112131415161718;

template <typename Value, typename Parse, typename Write>
void ExpectBothWays(const std::string& hex, const Value& value, Parse parse, Write write) {
  SCOPED_TRACE(hex);
  const auto bytes = FromHex(hex);
  const auto parsed = parse(bytes);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, value);
  std::array<std::byte, 40> out;
  ASSERT_EQ(write(out, value), bytes.size());
  EXPECT_EQ(ToHex(std::span(out).first(bytes.size())), hex);
  EXPECT_EQ(write(std::span(out).first(bytes.size() - 1), value), 0u);
}

// The option cut or padded to `length`, length field included.
std::vector<std::byte> Resized(const std::string& hex, std::size_t length) {
  auto bytes = FromHex(hex);
  bytes.resize(length, std::byte{0});
  bytes[1] = static_cast<std::byte>(length);
  return bytes;
}

TEST(MpCapableV0, EveryFormBothWays) {
  const auto check = [](const std::string& hex, const MpCapableV0& value) {
    ExpectBothWays(hex, value, ParseMpCapableV0, WriteMpCapableV0);
  };
  check("1e0c00010102030405060708", {.sender_key = kKeyA});
  check("1e0c00810102030405060708", {.flags = {.checksum_required = true}, .sender_key = kKeyA});
  check("1e0c00011112131415161718", {.sender_key = kKeyB});
  check("1e14000101020304050607081112131415161718", {.sender_key = kKeyA, .receiver_key = kKeyB});
}

TEST(MpCapableV0, EveryFlagByteSurvives) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    auto bytes = FromHex("1e0c00000102030405060708");
    bytes[3] = static_cast<std::byte>(flags);
    const auto parsed = ParseMpCapableV0(bytes);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->flags.extensibility, (flags & 0x40) != 0);
    EXPECT_EQ(parsed->flags.sha1(), (flags & 0x01) != 0);
    std::array<std::byte, 12> out;
    ASSERT_EQ(WriteMpCapableV0(out, *parsed), 12u);
    EXPECT_EQ(ToHex(out), ToHex(bytes));
  }
}

TEST(MpCapableV0, RefusesOtherLengthsAndVersions) {
  for (std::size_t length = 3; length <= 40; ++length) {
    EXPECT_EQ(ParseMpCapableV0(Resized("1e14000101020304050607081112131415161718", length)).has_value(),
              length == 12 || length == 20)
        << length;
  }
  EXPECT_FALSE(ParseMpCapableV0(FromHex("1e0c01010102030405060708")));
  EXPECT_FALSE(ParseMpCapableV0(FromHex("1e0c10010102030405060708")));
}

TEST(AddAddrV0, EveryFormBothWays) {
  const auto check = [](const std::string& hex, const AddAddrV0& value) {
    ExpectBothWays(hex, value, ParseAddAddrV0, WriteAddAddrV0);
  };
  const IpAddress v4 = IpAddress::V4(192, 0, 2, 33);
  const IpAddress v6 = *IpAddress::Parse("2001:db8::77");
  check("1e083402c0000221", {.address_id = AddressId(2), .address = v4});
  check("1e0a3402c000022120fb", {.address_id = AddressId(2), .address = v4, .port = 8443});
  check("1e14360320010db8000000000000000000000077", {.address_id = AddressId(3), .address = v6});
  check("1e16360320010db800000000000000000000007701bb", {.address_id = AddressId(3), .address = v6, .port = 443});
}

TEST(AddAddrV0, IpVersionAndLengthMustAgree) {
  for (std::size_t length = 3; length <= 40; ++length) {
    EXPECT_EQ(ParseAddAddrV0(Resized("1e083402c0000221", length)).has_value(), length == 8 || length == 10) << length;
    EXPECT_EQ(ParseAddAddrV0(Resized("1e083602c0000221", length)).has_value(), length == 20 || length == 22) << length;
    EXPECT_FALSE(ParseAddAddrV0(Resized("1e083502c0000221", length))) << length;
  }
  std::array<std::byte, 40> out;
  EXPECT_EQ(WriteAddAddrV0(out, {}), 0u);
}

TEST(AddAddrV0, IsNotTakenForVersion1) {
  // 8 bytes with a low nibble of 4 are no echo of version 1, and too short for its HMAC.
  EXPECT_FALSE(ParseAddAddr(FromHex("1e083402c0000221")));
}

TEST(MpPrioV0, BothForms) {
  const auto check = [](const std::string& hex, const MpPrioV0& value) {
    ExpectBothWays(hex, value, ParseMpPrioV0, WriteMpPrioV0);
  };
  check("1e0351", {.backup = true});
  check("1e0350", {});
  check("1e045102", {.backup = true, .address_id = AddressId(2)});
  EXPECT_FALSE(ParseMpPrioV0(FromHex("1e05510200")));
  EXPECT_FALSE(ParseMpPrioV0(FromHex("1e0451")));  // shorter than it says
}

}  // namespace
}  // namespace mptcpp::wire
