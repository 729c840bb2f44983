// SPDX-License-Identifier: Apache-2.0
#include "wire/gso.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/endian.h"
#include "base/hex_for_testing.h"
#include "wire/checksum.h"
#include "wire/tcp_segment.h"

namespace mptcpp::wire {
namespace {

struct Case {
  bool v6;
  std::size_t payload;
  std::uint16_t segment_size;
  std::size_t slices;
};

class GsoTest : public testing::TestWithParam<Case> {
 protected:
  // All flags set that a split treats specially, and a DSS-like option that every segment repeats.
  TxPacket Super(const Case& c) {
    std::mt19937 random(5);
    payload_.resize(c.payload);
    for (std::byte& byte : payload_) byte = static_cast<std::byte>(random());
    TxPacket packet;
    packet.source = *IpAddress::Parse(c.v6 ? "2001:db8::1" : "192.0.2.1");
    packet.destination = *IpAddress::Parse(c.v6 ? "2001:db8::2" : "198.51.100.5");
    packet.segment_size = c.segment_size;
    WriteHeader({.source_port = 40000,
                 .destination_port = 80,
                 .seq = kFirst,
                 .ack = SeqNum(77),
                 .flags = {.fin = true, .psh = true, .ack = true, .ece = true, .cwr = true},
                 .window = 500},
                FromHex("0101080a0000006500000200 1e082001d29d6f7d"), packet);
    for (std::size_t i = 0; i < c.slices; ++i) {
      const std::size_t begin = c.payload * i / c.slices;
      const std::size_t end = c.payload * (i + 1) / c.slices;
      EXPECT_TRUE(packet.AddSlice(std::span(payload_).subspan(begin, end - begin)));
    }
    return packet;
  }

  static constexpr SeqNum kFirst{0xffff'fc00};  // wraps within the super-segment
  std::vector<std::byte> payload_;
};

TEST_P(GsoTest, SplitsAsHardwareDoes) {
  const Case& c = GetParam();
  const TxPacket packet = Super(c);
  ASSERT_EQ(packet.payload_length, c.payload);
  const std::size_t count = SegmentCount(packet);
  const std::size_t size = c.segment_size == 0 ? c.payload : c.segment_size;
  ASSERT_EQ(count, c.payload == 0 ? 1 : (c.payload + size - 1) / size);

  std::vector<std::byte> joined;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::byte> out(packet.header_length + size + 1, std::byte{0xa5});
    const std::size_t length = EmitSegment(packet, i, out);
    ASSERT_LT(length, out.size());
    ASSERT_EQ(out[length], std::byte{0xa5});
    SegmentView view;
    ASSERT_EQ(ParseSegment({.source = packet.source, .destination = packet.destination, .segment = std::span(out).first(length)}, view),
              ParseResult::kOk);
    EXPECT_EQ(view.seq, kFirst + static_cast<std::uint32_t>(joined.size()));
    const bool last = i + 1 == count;
    EXPECT_EQ(view.flags, (TcpFlags{.fin = last, .psh = last, .ack = true, .ece = true, .cwr = i == 0}));
    EXPECT_EQ(view.ack, SeqNum(77));
    EXPECT_EQ(view.window, 500);
    EXPECT_EQ(view.options.timestamps, (Timestamps{.value = 0x65, .echo_reply = 0x200}));
    ASSERT_EQ(view.mptcp_count, 1);
    EXPECT_EQ(ToHex(view.mptcp[0]), "1e082001d29d6f7d");
    if (!last) {
      EXPECT_EQ(view.payload.size(), size);
    }
    joined.insert(joined.end(), view.payload.begin(), view.payload.end());
  }
  EXPECT_EQ(joined, payload_);
}

INSTANTIATE_TEST_SUITE_P(Shapes, GsoTest,
                         testing::Values(Case{false, 0, 1460, 1}, Case{true, 0, 0, 1}, Case{false, 1, 1460, 1}, Case{false, 1460, 1460, 1},
                                         Case{false, 1461, 1460, 1}, Case{true, 2920, 1460, 2}, Case{false, 1000, 1, 4},
                                         Case{true, 4099, 1357, 3}, Case{false, 10'000, 1001, 4}, Case{true, 5000, 0, 2},
                                         Case{false, kMaxSuperSegment, 1400, 4}, Case{true, kMaxSuperSegment, 1399, 3}));

TEST(Gso, SurvivesEverySplitOfSlices) {
  std::vector<std::byte> payload(37);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::byte>(i);
  for (std::size_t a = 0; a <= payload.size(); ++a) {
    for (std::size_t b = a; b <= payload.size(); ++b) {
      TxPacket packet{.source = IpAddress::V4(1, 2, 3, 4), .destination = IpAddress::V4(5, 6, 7, 8), .segment_size = 10};
      WriteHeader({.flags = {.ack = true}}, {}, packet);
      packet.AddSlice(std::span(payload).first(a));
      packet.AddSlice(std::span(payload).subspan(a, b - a));
      packet.AddSlice(std::span(payload).subspan(b));
      std::vector<std::byte> joined;
      for (std::size_t i = 0; i < SegmentCount(packet); ++i) {
        std::array<std::byte, 30> out;
        const std::size_t length = EmitSegment(packet, i, out);
        SegmentView view;
        ASSERT_EQ(ParseSegment({.source = packet.source, .destination = packet.destination, .segment = std::span(out).first(length)}, view),
                  ParseResult::kOk);
        joined.insert(joined.end(), view.payload.begin(), view.payload.end());
      }
      ASSERT_EQ(joined, payload);
    }
  }
}

// What a device does with a partial checksum: sum the segment over the field as it is, and store the complement.
TEST(Gso, PartialChecksumIsCompletedByTheDevice) {
  const auto payload = FromHex("6162636465");
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    TxPacket packet{.source = *IpAddress::Parse(address), .destination = *IpAddress::Parse(address), .segment_size = 2};
    WriteHeader({.source_port = 1, .destination_port = 2, .flags = {.ack = true}}, {}, packet);
    packet.AddSlice(payload);
    SetPartialChecksum(packet);
    std::vector<std::byte> segment(packet.header_bytes().begin(), packet.header_bytes().end());
    segment.insert(segment.end(), payload.begin(), payload.end());
    Checksum sum;
    sum.Add(segment);
    Store16(segment.data() + 16, sum.Finish());
    SegmentView view;
    EXPECT_EQ(ParseSegment({.source = packet.source, .destination = packet.destination, .segment = segment}, view), ParseResult::kOk);
  }
}

TEST(Gso, EmitIgnoresAPartialChecksumInTheHeader) {
  TxPacket packet{.source = IpAddress::V4(1, 2, 3, 4), .destination = IpAddress::V4(5, 6, 7, 8)};
  WriteHeader({.flags = {.ack = true}}, {}, packet);
  std::array<std::byte, 20> plain;
  std::array<std::byte, 20> partial;
  EmitSegment(packet, 0, plain);
  SetPartialChecksum(packet);
  EmitSegment(packet, 0, partial);
  EXPECT_EQ(ToHex(plain), ToHex(partial));
}

}  // namespace
}  // namespace mptcpp::wire
