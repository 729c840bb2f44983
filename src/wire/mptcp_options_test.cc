// SPDX-License-Identifier: Apache-2.0
// The fixed-size MPTCP options: vectors both ways, and what must not be accepted. DSS has a file of its own.
#include "wire/mptcp_options.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/hex_for_testing.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint64_t kKeyA = 0x0102030405060708;
constexpr std::uint64_t kKeyB = 0x1112131415161718;

// `hex` is parsed to `value` and `value` written as `hex`; one byte less room writes nothing, and neither one byte more nor
// one byte less of option is accepted.
template <typename Value, typename Parse, typename Write>
void ExpectBothWays(const std::string& hex, const Value& value, Parse parse, Write write) {
  SCOPED_TRACE(hex);
  const auto bytes = FromHex(hex);
  const auto parsed = parse(bytes);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, value);

  std::array<std::byte, 40> out;
  out.fill(std::byte{0xa5});
  ASSERT_EQ(write(out, value), bytes.size());
  EXPECT_EQ(ToHex(std::span(out).first(bytes.size())), hex);
  EXPECT_EQ(out[bytes.size()], std::byte{0xa5});

  std::array<std::byte, 40> untouched;
  untouched.fill(std::byte{0xa5});
  EXPECT_EQ(write(std::span(untouched).first(bytes.size() - 1), value), 0u);
  for (const std::byte byte : untouched) ASSERT_EQ(byte, std::byte{0xa5});
}

template <typename Parse>
void ExpectRefused(const std::string& hex, Parse parse) {
  EXPECT_FALSE(parse(FromHex(hex)).has_value()) << hex;
}

// The option with its length changed by `delta`, bytes and length field alike.
std::vector<std::byte> Resized(const std::string& hex, int delta) {
  auto bytes = FromHex(hex);
  bytes.resize(bytes.size() + delta, std::byte{0});
  bytes[1] = static_cast<std::byte>(bytes.size());
  return bytes;
}

TEST(SubtypeOf, ReadsTheHighNibble) {
  EXPECT_EQ(SubtypeOf(FromHex("1e040101")), MptcpSubtype::kCapable);
  EXPECT_EQ(SubtypeOf(FromHex("1e048102")), MptcpSubtype::kTcpRst);
  EXPECT_EQ(SubtypeOf(FromHex("1e03ff")), MptcpSubtype::kExperimental);
  EXPECT_EQ(static_cast<int>(SubtypeOf(FromHex("1e03a0"))), 10);
}

// Covers: CAP-1, CAP-2, CAP-3
TEST(MpCapable, EveryFormBothWays) {
  const auto check = [](const std::string& hex, const MpCapable& value) { ExpectBothWays(hex, value, ParseMpCapable, WriteMpCapable); };
  MpCapable option;
  check("1e040101", option);
  option.flags.checksum_required = true;
  check("1e040181", option);
  option.flags = {.deny_join_to_source = true};
  check("1e040121", option);
  option.sender_key = kKeyB;
  check("1e0c01211112131415161718", option);
  option.flags = {};
  check("1e0c01011112131415161718", option);
  option.sender_key = kKeyA;
  option.receiver_key = kKeyB;
  check("1e14010101020304050607081112131415161718", option);
  option.data_length = 4;
  check("1e160101010203040506070811121314151617180004", option);
  option.flags.checksum_required = true;
  option.checksum = 0x01ae;
  check("1e18018101020304050607081112131415161718000401ae", option);
}

TEST(MpCapable, ReportsWhatTheCallerNegotiates) {
  EXPECT_EQ(ParseMpCapable(FromHex("1e040201"))->version, 2);
  EXPECT_EQ(ParseMpCapable(FromHex("1e0c00010102030405060708"))->version, 0);  // the SYN of version 0
  EXPECT_FALSE(ParseMpCapable(FromHex("1e040100"))->flags.sha256());
  const auto extensible = ParseMpCapable(FromHex("1e040141"));
  EXPECT_TRUE(extensible->flags.extensibility);
  EXPECT_TRUE(extensible->flags.sha256());
  const auto other_crypto = ParseMpCapable(FromHex("1e040112"));
  EXPECT_EQ(other_crypto->flags.crypto, 0x12);
  EXPECT_FALSE(other_crypto->flags.sha256());
}

TEST(MpCapable, EveryFlagByteSurvives) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    auto bytes = FromHex("1e040100");
    bytes[3] = static_cast<std::byte>(flags);
    const auto parsed = ParseMpCapable(bytes);
    ASSERT_TRUE(parsed);
    std::array<std::byte, 4> out;
    ASSERT_EQ(WriteMpCapable(out, *parsed), 4u);
    EXPECT_EQ(ToHex(out), ToHex(bytes));
  }
}

TEST(MpCapable, RefusesOtherLengths) {
  const std::string longest = "1e18018101020304050607081112131415161718000401ae";
  for (int length = 3; length <= 40; ++length) {
    const auto bytes = Resized(longest, length - 24);
    const bool defined = length == 4 || length == 12 || length == 20 || length == 22 || length == 24;
    EXPECT_EQ(ParseMpCapable(bytes).has_value(), defined) << length;
  }
}

// Covers: JOIN-5
TEST(MpJoin, EveryFormBothWays) {
  const MpJoinSyn syn{.address_id = AddressId(2), .receiver_token = Token(0xccad45ac), .nonce = 0xaabbccdd};
  ExpectBothWays("1e0c1002ccad45acaabbccdd", syn, ParseMpJoinSyn, WriteMpJoinSyn);
  MpJoinSyn backup = syn;
  backup.backup = true;
  ExpectBothWays("1e0c1102ccad45acaabbccdd", backup, ParseMpJoinSyn, WriteMpJoinSyn);

  MpJoinSynAck syn_ack{.truncated_hmac = 0x3cf9fc7dd070c15d, .nonce = 0x10203040};
  ExpectBothWays("1e1010003cf9fc7dd070c15d10203040", syn_ack, ParseMpJoinSynAck, WriteMpJoinSynAck);
  syn_ack.backup = true;
  syn_ack.address_id = AddressId(7);
  ExpectBothWays("1e1011073cf9fc7dd070c15d10203040", syn_ack, ParseMpJoinSynAck, WriteMpJoinSynAck);

  MpJoinAck ack;
  const auto hmac = FromHex("ae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79");
  std::memcpy(ack.hmac.data(), hmac.data(), hmac.size());
  ExpectBothWays("1e181000ae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79", ack, ParseMpJoinAck, WriteMpJoinAck);
}

TEST(MpJoin, FormsAreToldApartByLength) {
  const std::string syn = "1e0c1002ccad45acaabbccdd";
  for (int length = 3; length <= 40; ++length) {
    const auto bytes = Resized(syn, length - 12);
    EXPECT_EQ(ParseMpJoinSyn(bytes).has_value(), length == 12) << length;
    EXPECT_EQ(ParseMpJoinSynAck(bytes).has_value(), length == 16) << length;
    EXPECT_EQ(ParseMpJoinAck(bytes).has_value(), length == 24) << length;
  }
}

TEST(MpJoin, IgnoresReservedBits) {
  EXPECT_EQ(ParseMpJoinSyn(FromHex("1e0c1e02ccad45acaabbccdd")), ParseMpJoinSyn(FromHex("1e0c1002ccad45acaabbccdd")));
  EXPECT_EQ(ParseMpJoinAck(FromHex("1e181fffae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79")),
            ParseMpJoinAck(FromHex("1e181000ae0507dd6d0b48ebb1a1e2720a9aba214f4a2b79")));
}

// Covers: ADDR-8
TEST(AddAddr, EveryFormBothWays) {
  const auto check = [](const std::string& hex, const AddAddr& value) {
    ExpectBothWays(hex, value, ParseAddAddr, WriteAddAddr);
    EXPECT_EQ(AddAddrLength(value), hex.size() / 2);
  };
  const AddAddr v4{.address_id = AddressId(2), .address = IpAddress::V4(192, 0, 2, 33)};
  const AddAddr v6{.address_id = AddressId(3), .address = *IpAddress::Parse("2001:db8::77")};
  const auto with = [](AddAddr option, bool echo, std::optional<std::uint16_t> port, std::uint64_t hmac) {
    option.echo = echo;
    option.port = port;
    option.truncated_hmac = hmac;
    return option;
  };
  check("1e103002c000022122405bc9f152e4b7", with(v4, false, std::nullopt, 0x22405bc9f152e4b7));
  check("1e083102c0000221", with(v4, true, std::nullopt, 0));
  check("1e123002c000022120fbfec342f6fa361f1e", with(v4, false, 8443, 0xfec342f6fa361f1e));
  check("1e0a3102c000022120fb", with(v4, true, 8443, 0));
  check("1e1c300320010db8000000000000000000000077ed14d0cb0d325ada", with(v6, false, std::nullopt, 0xed14d0cb0d325ada));
  check("1e14310320010db8000000000000000000000077", with(v6, true, std::nullopt, 0));
  check("1e1e300320010db800000000000000000000007701bbbef4efbdf7feade8", with(v6, false, 443, 0xbef4efbdf7feade8));
  check("1e16310320010db800000000000000000000007701bb", with(v6, true, 443, 0));
  // Spare bits: none leaves (above), and none counts.
  EXPECT_EQ(ParseAddAddr(FromHex("1e103e02c000022122405bc9f152e4b7")), with(v4, false, std::nullopt, 0x22405bc9f152e4b7));
  EXPECT_EQ(ParseAddAddr(FromHex("1e083f02c0000221")), with(v4, true, std::nullopt, 0));
}

TEST(AddAddr, RefusesOtherLengths) {
  for (int length = 3; length <= 40; ++length) {
    const bool echo_defined = length == 8 || length == 10 || length == 20 || length == 22;
    const bool defined = length == 16 || length == 18 || length == 28 || length == 30;
    EXPECT_EQ(ParseAddAddr(Resized("1e083102c0000221", length - 8)).has_value(), echo_defined) << length;
    EXPECT_EQ(ParseAddAddr(Resized("1e083002c0000221", length - 8)).has_value(), defined) << length;
  }
}

TEST(AddAddr, WithoutAddressCannotBeWritten) {
  std::array<std::byte, 40> out;
  EXPECT_EQ(WriteAddAddr(out, AddAddr{}), 0u);
}

// Covers: RM-9
TEST(RemoveAddr, BothWays) {
  ExpectBothWays("1e044000", RemoveAddr{.count = 1}, ParseRemoveAddr, WriteRemoveAddr);  // 0: the first address
  RemoveAddr one{.count = 1};
  one.ids[0] = AddressId(2);
  ExpectBothWays("1e044002", one, ParseRemoveAddr, WriteRemoveAddr);
  RemoveAddr three{.count = 3};
  three.ids = {AddressId(2), AddressId(3), AddressId(7)};
  ExpectBothWays("1e0640020307", three, ParseRemoveAddr, WriteRemoveAddr);
}

TEST(RemoveAddr, NeedsAnIdAndKeepsEight) {
  ExpectRefused("1e0340", ParseRemoveAddr);
  const auto parsed = ParseRemoveAddr(FromHex("1e0d4001020304050607080900"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->count, 8);
  EXPECT_EQ(parsed->ids[7], AddressId(8));
  std::array<std::byte, 40> out;
  EXPECT_EQ(WriteRemoveAddr(out, RemoveAddr{}), 0u);
}

TEST(MpPrio, BothWays) {
  ExpectBothWays("1e0351", MpPrio{.backup = true}, ParseMpPrio, WriteMpPrio);
  ExpectBothWays("1e0350", MpPrio{.backup = false}, ParseMpPrio, WriteMpPrio);
  ExpectRefused("1e045102", ParseMpPrio);  // version 0 with an address id
}

TEST(MpFail, BothWays) {
  ExpectBothWays("1e0c6000f5a101d3d29d6f73", MpFail{Dsn(0xf5a101d3d29d6f73)}, ParseMpFail, WriteMpFail);
  for (const int delta : {-1, 1}) EXPECT_FALSE(ParseMpFail(Resized("1e0c6000f5a101d3d29d6f73", delta)));
}

TEST(MpFastclose, BothWays) {
  ExpectBothWays("1e0c70001112131415161718", MpFastclose{kKeyB}, ParseMpFastclose, WriteMpFastclose);
  for (const int delta : {-1, 1}) EXPECT_FALSE(ParseMpFastclose(Resized("1e0c70001112131415161718", delta)));
}

// Covers: RST-1
TEST(MpTcpRst, BothWays) {
  const auto check = [](const std::string& hex, bool transient, ResetReason reason) {
    ExpectBothWays(hex, MpTcpRst{.transient = transient, .reason = reason}, ParseMpTcpRst, WriteMpTcpRst);
  };
  check("1e048000", false, ResetReason::kUnspecified);
  check("1e048001", false, ResetReason::kMptcpError);
  check("1e048102", true, ResetReason::kNoResources);
  check("1e048003", false, ResetReason::kProhibited);
  check("1e048104", true, ResetReason::kTooMuchData);
  check("1e048105", true, ResetReason::kBadPerformance);
  check("1e048006", false, ResetReason::kMiddlebox);
  for (const int delta : {-1, 1}) EXPECT_FALSE(ParseMpTcpRst(Resized("1e048000", delta)));
}

// Covers: RST-4
TEST(MpTcpRst, UnassignedReasonsAndBitsMeanNothing) {
  EXPECT_EQ(ParseMpTcpRst(FromHex("1e048007"))->reason, ResetReason::kUnspecified);
  EXPECT_EQ(ParseMpTcpRst(FromHex("1e0480ff"))->reason, ResetReason::kUnspecified);
  EXPECT_EQ(ParseMpTcpRst(FromHex("1e048e02")), ParseMpTcpRst(FromHex("1e048002")));
  std::array<std::byte, 4> out;
  ASSERT_EQ(WriteMpTcpRst(out, *ParseMpTcpRst(FromHex("1e048f02"))), 4u);
  EXPECT_EQ(ToHex(out), "1e048102") << "and none leaves";
}

TEST(ResetReason, HasAWordForEachCode) {
  EXPECT_STREQ(ToString(ResetReason::kMiddlebox), "middlebox interference");
  EXPECT_STREQ(ToString(ResetReason::kUnspecified), "unspecified");
}

// Covers: GEN-1
TEST(MptcpOptions, ParsersRefuseOtherSubtypesKindsAndLengthFields) {
  ExpectRefused("1e041001", ParseMpCapable);
  ExpectRefused("1d040101", ParseMpCapable);
  ExpectRefused("1e050101", ParseMpCapable);
  ExpectRefused("1e0c0002ccad45acaabbccdd", ParseMpJoinSyn);
  ExpectRefused("1e082102c0000221", ParseAddAddr);
  ExpectRefused("1e043002", ParseRemoveAddr);
  ExpectRefused("1e0361", ParseMpPrio);
  ExpectRefused("1e0c7000f5a101d3d29d6f73", ParseMpFail);
  ExpectRefused("1e0c60001112131415161718", ParseMpFastclose);
  ExpectRefused("1e047000", ParseMpTcpRst);
  for (const char* hex : {"", "1e", "1e02"}) {
    ExpectRefused(hex, ParseMpCapable);
    ExpectRefused(hex, ParseDss);
    ExpectRefused(hex, ParseAddAddr);
    ExpectRefused(hex, ParseRemoveAddr);
    ExpectRefused(hex, ParseMpPrio);
  }
}

}  // namespace
}  // namespace mptcpp::wire
