// SPDX-License-Identifier: Apache-2.0
#include "wire/tcp_segment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/hex_for_testing.h"
#include "wire/gso.h"
#include "wire/mptcp_options.h"

namespace mptcpp::wire {
namespace {

const IpAddress kSource = IpAddress::V4(192, 0, 2, 1);
const IpAddress kDestination = IpAddress::V4(198, 51, 100, 5);

// The TCP parts of two complete packets, 192.0.2.1:40000 > 198.51.100.5:80.
constexpr char kSyn[] =
    "9c400050 000003e8 00000000 b002faf0 90ee0000 020405b4 0402080a 00000064 00000000 01030308 1e040101";
constexpr char kFirstData[] =
    "9c400050 000003e9 00001389 e01801f6 2b870000 0101080a 00000065 00000200 "
    "1e180181 01020304 05060708 11121314 15161718 000401ae 61626364";

RxPacket Packet(std::span<const std::byte> segment) {
  return {.source = kSource, .destination = kDestination, .segment = segment, .arrival = Instant::FromNanos(7), .ecn = Ecn::kCe};
}

// A segment with these options (padded with zeros to a multiple of 4) and flags; its checksum is not looked at.
std::vector<std::byte> WithOptions(std::string_view hex, std::uint8_t flags) {
  auto options = FromHex(hex);
  options.resize((options.size() + 3) / 4 * 4);
  auto segment = FromHex("9c400050 000003e8 00000000 0000faf0 00000000");
  segment[12] = static_cast<std::byte>((5 + options.size() / 4) << 4);
  segment[13] = static_cast<std::byte>(flags);
  segment.insert(segment.end(), options.begin(), options.end());
  return segment;
}

class ParsedOptions {
 public:
  explicit ParsedOptions(std::string_view hex, std::uint8_t flags = 0x10) : segment_(WithOptions(hex, flags)) {
    RxPacket packet = Packet(segment_);
    packet.checksum_verified = true;
    EXPECT_EQ(ParseSegment(packet, view_), ParseResult::kOk);
  }
  const SegmentView* operator->() const { return &view_; }

 private:
  std::vector<std::byte> segment_;
  SegmentView view_;
};

constexpr std::uint8_t kSynFlag = 0x02;

TEST(ParseSegment, ReadsASyn) {
  const auto bytes = FromHex(kSyn);
  SegmentView view;
  ASSERT_EQ(ParseSegment(Packet(bytes), view), ParseResult::kOk);
  EXPECT_EQ(view.source, (SocketAddress{kSource, 40000}));
  EXPECT_EQ(view.destination, (SocketAddress{kDestination, 80}));
  EXPECT_EQ(view.seq, SeqNum(1000));
  EXPECT_EQ(view.ack, SeqNum(0));
  EXPECT_EQ(view.flags, TcpFlags{.syn = true});
  EXPECT_EQ(view.window, 64240);
  EXPECT_EQ(view.options.mss, 1460);
  EXPECT_EQ(view.options.window_scale, 8);
  EXPECT_TRUE(view.options.sack_permitted);
  EXPECT_EQ(view.options.timestamps, (Timestamps{.value = 100, .echo_reply = 0}));
  EXPECT_FALSE(view.options.has_fast_open);
  ASSERT_EQ(view.mptcp_count, 1);
  EXPECT_EQ(ParseMpCapable(view.mptcp[0]), MpCapable{});
  EXPECT_TRUE(view.payload.empty());
  EXPECT_EQ(view.SequenceLength(), 1u);
  EXPECT_EQ(view.End(), SeqNum(1001));
  EXPECT_EQ(view.arrival, Instant::FromNanos(7));
  EXPECT_EQ(view.ecn, Ecn::kCe);
}

TEST(ParseSegment, ReadsFirstDataWithMpCapable) {
  const auto bytes = FromHex(kFirstData);
  SegmentView view;
  ASSERT_EQ(ParseSegment(Packet(bytes), view), ParseResult::kOk);
  EXPECT_EQ(view.seq, SeqNum(1001));
  EXPECT_EQ(view.ack, SeqNum(5001));
  EXPECT_EQ(view.flags, (TcpFlags{.psh = true, .ack = true}));
  EXPECT_EQ(view.window, 502);
  EXPECT_EQ(view.options.timestamps, (Timestamps{.value = 0x65, .echo_reply = 0x200}));
  ASSERT_EQ(view.mptcp_count, 1);
  EXPECT_EQ(ParseMpCapable(view.mptcp[0])->checksum, 0x01ae);
  EXPECT_EQ(ToHex(view.payload), "61626364");
  EXPECT_EQ(view.SequenceLength(), 4u);
}

TEST(ParseSegment, AnyFlippedBitIsABadChecksumOrWorse) {
  const auto bytes = FromHex(kFirstData);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto broken = bytes;
    broken[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    SegmentView view;
    EXPECT_NE(ParseSegment(Packet(broken), view), ParseResult::kOk) << bit;
  }
}

TEST(ParseSegment, ChecksumCoversTheAddresses) {
  const auto bytes = FromHex(kFirstData);
  RxPacket packet = Packet(bytes);
  packet.source = IpAddress::V4(192, 0, 2, 2);
  SegmentView view;
  EXPECT_EQ(ParseSegment(packet, view), ParseResult::kBadChecksum);
  packet.checksum_verified = true;
  EXPECT_EQ(ParseSegment(packet, view), ParseResult::kOk);
}

TEST(ParseSegment, SaysWhyALengthIsWrong) {
  const auto bytes = FromHex(kSyn);
  SegmentView view;
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    RxPacket packet = Packet(std::span(bytes).first(length));
    packet.checksum_verified = true;
    EXPECT_EQ(ParseSegment(packet, view), ParseResult::kTooShort) << length;
  }
  for (std::uint8_t offset = 0; offset < 5; ++offset) {
    auto broken = bytes;
    broken[12] = static_cast<std::byte>(offset << 4);
    EXPECT_EQ(ParseSegment(Packet(broken), view), ParseResult::kBadOffset) << int{offset};
  }
}

TEST(ParseSegment, EveryFlagHasItsBit) {
  const std::array<TcpFlags, 8> flags{TcpFlags{.fin = true}, TcpFlags{.syn = true}, TcpFlags{.rst = true}, TcpFlags{.psh = true},
                                      TcpFlags{.ack = true}, TcpFlags{.urg = true}, TcpFlags{.ece = true}, TcpFlags{.cwr = true}};
  for (std::size_t bit = 0; bit < flags.size(); ++bit) {
    EXPECT_EQ(ParsedOptions("", static_cast<std::uint8_t>(1u << bit))->flags, flags[bit]) << bit;
    TxPacket packet;
    WriteHeader({.flags = flags[bit]}, {}, packet);
    EXPECT_EQ(packet.header[13], static_cast<std::byte>(1u << bit));
  }
}

TEST(ParseSegment, SynAndFinUseSequenceSpace) {
  EXPECT_EQ(ParsedOptions("", 0x02)->SequenceLength(), 1u);
  EXPECT_EQ(ParsedOptions("", 0x01)->SequenceLength(), 1u);
  EXPECT_EQ(ParsedOptions("", 0x03)->SequenceLength(), 2u);
  EXPECT_EQ(ParsedOptions("", 0x14)->SequenceLength(), 0u);
}

TEST(ParseSegment, LeavesNothingOfThePreviousSegment) {
  const auto syn = FromHex(kSyn);
  const auto bare = WithOptions("", 0x10);
  SegmentView view;
  ASSERT_EQ(ParseSegment(Packet(syn), view), ParseResult::kOk);
  RxPacket packet = Packet(bare);
  packet.checksum_verified = true;
  ASSERT_EQ(ParseSegment(packet, view), ParseResult::kOk);
  EXPECT_FALSE(view.options.mss || view.options.window_scale || view.options.timestamps || view.options.sack_permitted);
  EXPECT_EQ(view.mptcp_count, 0);
}

TEST(TcpOptions, SackBlocks) {
  const ParsedOptions two("0512 00000001 00000002 00000003 00000004 0101");
  ASSERT_EQ(two->options.sack_count, 2);
  EXPECT_EQ(two->options.sack[0], (SackBlock{.left = SeqNum(1), .right = SeqNum(2)}));
  EXPECT_EQ(two->options.sack[1], (SackBlock{.left = SeqNum(3), .right = SeqNum(4)}));
  const std::string block = "00000001 00000002";
  EXPECT_EQ(ParsedOptions("0522" + block + block + block + block)->options.sack_count, 4);
  EXPECT_EQ(ParsedOptions("0502")->options.sack_count, 0);
  EXPECT_EQ(ParsedOptions("0509 00000001 000000")->options.sack_count, 0);
  EXPECT_EQ(ParsedOptions("050a" + block + "0502")->options.sack_count, 1) << "an empty one takes nothing back";
}

TEST(TcpOptions, TimestampsInAnyPlace) {
  const Timestamps expected{.value = 1, .echo_reply = 2};
  EXPECT_EQ(ParsedOptions("0101080a0000000100000002")->options.timestamps, expected);
  EXPECT_EQ(ParsedOptions("080a0000000100000002")->options.timestamps, expected);
  EXPECT_EQ(ParsedOptions("01080a0000000100000002")->options.timestamps, expected);
  const ParsedOptions behind("1e082001d29d6f7d 0101080a0000000100000002");
  EXPECT_EQ(behind->options.timestamps, expected);
  EXPECT_EQ(behind->mptcp_count, 1);
  const ParsedOptions before("0101080a0000000100000002 1e082001d29d6f7d");
  EXPECT_EQ(before->options.timestamps, expected);
  ASSERT_EQ(before->mptcp_count, 1);
  EXPECT_EQ(ToHex(before->mptcp[0]), "1e082001d29d6f7d");
}

TEST(TcpOptions, MalformedOnesAreAbsent) {
  EXPECT_FALSE(ParsedOptions("0203050101", kSynFlag)->options.mss);
  EXPECT_FALSE(ParsedOptions("030208", kSynFlag)->options.window_scale);
  EXPECT_FALSE(ParsedOptions("040308", kSynFlag)->options.sack_permitted);
  EXPECT_FALSE(ParsedOptions("0809000000010000000201")->options.timestamps);
  // A malformed one hides nothing behind it.
  EXPECT_TRUE(ParsedOptions("020305 0402", kSynFlag)->options.sack_permitted);
}

TEST(TcpOptions, WalkEndsAtEolAndAtLengthsThatLeaveTheHeader) {
  EXPECT_FALSE(ParsedOptions("00 0402", kSynFlag)->options.sack_permitted);
  EXPECT_FALSE(ParsedOptions("0900 0402", kSynFlag)->options.sack_permitted);
  EXPECT_FALSE(ParsedOptions("0901 0402", kSynFlag)->options.sack_permitted);
  EXPECT_FALSE(ParsedOptions("0909 0402", kSynFlag)->options.sack_permitted);
  EXPECT_TRUE(ParsedOptions("fd04beef 0402", kSynFlag)->options.sack_permitted);
  EXPECT_EQ(ParsedOptions("0101011e")->mptcp_count, 0);
  EXPECT_EQ(ParsedOptions("1e0c7000 11121314")->mptcp_count, 0);
}

TEST(TcpOptions, HandshakeOptionsNeedASyn) {
  const std::string options = "020405b4 0402 030308 2202";
  const ParsedOptions syn(options, kSynFlag);
  EXPECT_TRUE(syn->options.mss && syn->options.window_scale && syn->options.sack_permitted && syn->options.has_fast_open);
  const ParsedOptions ack(options);
  EXPECT_FALSE(ack->options.mss || ack->options.window_scale || ack->options.sack_permitted || ack->options.has_fast_open);
}

TEST(TcpOptions, FastOpenCookies) {
  const ParsedOptions request("020405b40402080a0000006400000000010303081e0401012202", kSynFlag);
  EXPECT_TRUE(request->options.has_fast_open);
  EXPECT_TRUE(request->options.fast_open_cookie.empty());
  EXPECT_EQ(request->mptcp_count, 1);
  const ParsedOptions cookie("220a0102030405060708", kSynFlag);
  EXPECT_EQ(ToHex(cookie->options.fast_open_cookie), "0102030405060708");
  EXPECT_TRUE(ParsedOptions("220601020304", kSynFlag)->options.has_fast_open) << "4 bytes are the least (RFC 7413 4.1.1)";
  EXPECT_TRUE(ParsedOptions("2212000102030405060708090a0b0c0d0e0f", kSynFlag)->options.has_fast_open) << "and 16 the most";
  EXPECT_FALSE(ParsedOptions("22040102", kSynFlag)->options.has_fast_open);
  EXPECT_FALSE(ParsedOptions("22070102030405", kSynFlag)->options.has_fast_open);
  EXPECT_FALSE(ParsedOptions("2214000102030405060708090a0b0c0d0e0f1011", kSynFlag)->options.has_fast_open);
}

TEST(TcpOptions, KeepsMptcpOptionsInOrder) {
  const ParsedOptions several("1e040101 1e0c1002ccad45acaabbccdd 1e040181");
  ASSERT_EQ(several->mptcp_count, 3);
  EXPECT_EQ(ToHex(several->mptcp[1]), "1e0c1002ccad45acaabbccdd");
  EXPECT_EQ(ToHex(several->mptcp[2]), "1e040181");
}

TEST(TcpOptions, KeepsEightMptcpOptionsAndNoneWithoutSubtype) {
  std::string many;
  for (int i = 0; i < 12; ++i) many += "1e0350";
  EXPECT_EQ(ParsedOptions(many)->mptcp_count, kMaxMptcpOptions);
  EXPECT_EQ(ParsedOptions("1e02 1e0350")->mptcp_count, 1);
}

TEST(WriteHeader, WritesTheVectors) {
  for (const char* hex : {kSyn, kFirstData}) {
    const auto expected = FromHex(hex);
    SegmentView view;
    ASSERT_EQ(ParseSegment(Packet(expected), view), ParseResult::kOk);
    TxPacket packet{.source = kSource, .destination = kDestination};
    const std::size_t header_length = expected.size() - view.payload.size();
    WriteHeader({.source_port = 40000, .destination_port = 80, .seq = view.seq, .ack = view.ack, .flags = view.flags, .window = view.window},
                std::span(expected).subspan(20, header_length - 20), packet);
    ASSERT_EQ(packet.header_length, header_length);
    EXPECT_EQ(ToHex(std::span(packet.header).subspan(16, 4)), "00000000");
    if (!view.payload.empty()) packet.AddSlice(view.payload);
    std::vector<std::byte> out(expected.size());
    ASSERT_EQ(EmitSegment(packet, 0, out), expected.size());
    EXPECT_EQ(ToHex(out), ToHex(expected));
  }
}

TEST(WriteHeader, PadsWithNopsAndOverwritesWhatWasThere) {
  TxPacket packet;
  for (std::size_t length = 0; length <= kMaxOptionBytes; ++length) {
    packet.header.fill(std::byte{0xa5});
    const std::vector<std::byte> options(length, std::byte{0xee});
    WriteHeader({}, options, packet);
    const std::size_t padded = (length + 3) / 4 * 4;
    ASSERT_EQ(packet.header_length, 20 + padded);
    EXPECT_EQ(std::to_integer<unsigned>(packet.header[12]) >> 4, 5 + padded / 4);
    EXPECT_EQ(ToHex(std::span(packet.header).first(12)), "000000000000000000000000");
    EXPECT_EQ(ToHex(std::span(packet.header).subspan(16, 4)), "00000000") << "checksum and urgent pointer";
    for (std::size_t i = 0; i < padded; ++i) {
      EXPECT_EQ(packet.header[20 + i], i < length ? std::byte{0xee} : std::byte{1}) << length << " " << i;
    }
  }
}

TEST(OptionWriters, WriteTheSynOfTheVector) {
  std::array<std::byte, 40> out;
  std::span<std::byte> rest(out);
  const auto took = [&rest](std::size_t n) { rest = rest.subspan(n); return n; };
  EXPECT_EQ(took(WriteMss(rest, 1460)), 4u);
  EXPECT_EQ(took(WriteSackPermitted(rest)), 2u);
  EXPECT_EQ(took(WriteTimestamps(rest, {.value = 100, .echo_reply = 0})), 10u);
  EXPECT_EQ(took(WriteNops(rest, 1)), 1u);
  EXPECT_EQ(took(WriteWindowScale(rest, 8)), 3u);
  EXPECT_EQ(took(WriteMpCapable(rest, {})), 4u);
  EXPECT_EQ(ToHex(std::span(out).first(40 - rest.size())), "020405b40402080a0000006400000000010303081e040101");
}

TEST(OptionWriters, WriteNothingWithoutRoom) {
  std::array<std::byte, 10> out;
  const auto room = [&out](std::size_t n) { return std::span(out).first(n); };
  EXPECT_EQ(WriteMss(room(3), 1460), 0u);
  EXPECT_EQ(WriteSackPermitted(room(1)), 0u);
  EXPECT_EQ(WriteWindowScale(room(2), 8), 0u);
  EXPECT_EQ(WriteTimestamps(room(9), {}), 0u);
  EXPECT_EQ(WriteNops(room(2), 3), 0u);
  const std::array<SackBlock, 1> block{};
  EXPECT_EQ(WriteSack(room(9), block), 0u);
  EXPECT_EQ(WriteSack(room(10), {}), 0u);
}

TEST(OptionWriters, ExactRoomIsEnough) {
  std::array<std::byte, 10> out;
  const auto room = [&out](std::size_t n) { return std::span(out).first(n); };
  EXPECT_EQ(WriteMss(room(4), 1460), 4u);
  EXPECT_EQ(WriteSackPermitted(room(2)), 2u);
  EXPECT_EQ(WriteWindowScale(room(3), 8), 3u);
  EXPECT_EQ(WriteTimestamps(room(10), {}), 10u);
  EXPECT_EQ(WriteNops(room(3), 3), 3u);
  const std::array<std::byte, 8> cookie{};
  EXPECT_EQ(WriteFastOpen(room(10), cookie), 10u);
  EXPECT_EQ(WriteFastOpen(room(9), cookie), 0u);
}

TEST(OptionWriters, SackTakesWhatFits) {
  std::array<SackBlock, 5> blocks;
  for (std::uint32_t i = 0; i < blocks.size(); ++i) blocks[i] = {.left = SeqNum(2 * i), .right = SeqNum(2 * i + 1)};
  std::array<std::byte, 60> out;
  for (std::size_t room = 0; room <= out.size(); ++room) {
    const std::size_t fit = room < 10 ? 0 : std::min<std::size_t>((room - 2) / 8, 4);
    ASSERT_EQ(WriteSack(std::span(out).first(room), blocks), fit == 0 ? 0 : 2 + 8 * fit) << room;
  }
  ASSERT_EQ(WriteSack(out, std::span(blocks).first(2)), 18u);
  EXPECT_EQ(ToHex(std::span(out).first(18)), "051200000000000000010000000200000003");
}

TEST(ParseSegment, IsTotal) {
  std::mt19937 random(4);
  std::vector<std::byte> bytes(80);
  for (int round = 0; round < 200'000; ++round) {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random() % 4 == 0 ? random() : random() % 32);
    RxPacket packet = Packet(std::span(bytes).first(random() % (bytes.size() + 1)));
    packet.checksum_verified = true;
    SegmentView view;
    if (ParseSegment(packet, view) != ParseResult::kOk) continue;
    const std::byte* end = packet.segment.data() + packet.segment.size();
    ASSERT_EQ(view.payload.data() + view.payload.size(), end);
    ASSERT_LE(view.mptcp_count, kMaxMptcpOptions);
    for (std::size_t i = 0; i < view.mptcp_count; ++i) {
      ASSERT_GE(view.mptcp[i].data(), packet.segment.data() + 20);
      ASSERT_LE(view.mptcp[i].data() + view.mptcp[i].size(), view.payload.data());
      ASSERT_EQ(std::to_integer<std::size_t>(view.mptcp[i][1]), view.mptcp[i].size());
    }
  }
}

}  // namespace
}  // namespace mptcpp::wire
