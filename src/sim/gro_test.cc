// SPDX-License-Identifier: Apache-2.0
#include "sim/gro.h"

#include <gtest/gtest.h>

#include <array>

#include "sim/pattern.h"
#include "wire/gso.h"
#include "wire/tcp_segment.h"

namespace mptcpp::sim {
namespace {

class GroTest : public ::testing::Test {
 protected:
  // The MSS segments of one super-segment of `payload` bytes that begins at `seq`.
  void AddSuperSegment(std::uint32_t seq, std::size_t payload, std::uint32_t timestamp = 1) {
    std::vector<std::byte> data(payload);
    Pattern(1).Fill(seq, data);
    TxPacket tx;
    tx.source = IpAddress::V4(10, 0, 0, 1);
    tx.destination = IpAddress::V4(10, 0, 0, 2);
    tx.segment_size = 1000;
    std::array<std::byte, 12> options;
    wire::WriteNops(options, 2);
    wire::WriteTimestamps(std::span(options).subspan(2), {.value = timestamp, .echo_reply = 9});
    wire::HeaderFields fields;
    fields.seq = SeqNum(seq);
    fields.flags = {.psh = true, .ack = true};
    wire::WriteHeader(fields, options, tx);
    tx.AddSlice(data);
    for (std::size_t i = 0; i < wire::SegmentCount(tx); ++i) {
      PacketPtr packet = pool_.Take(1060);
      packet->source = tx.source;
      packet->destination = tx.destination;
      packet->length = wire::EmitSegment(tx, i, packet->buffer);
      packets_.push_back(std::move(packet));
    }
  }
  std::size_t PayloadOf(std::size_t i) const { return packets_[i]->length - 32; }
  void Merge() { MergeSegments(packets_, pool_); }

  PacketPool pool_;
  std::vector<PacketPtr> packets_;
};

TEST_F(GroTest, MergesWhatWasOneSuperSegment) {
  AddSuperSegment(100, 3500);
  Merge();
  ASSERT_EQ(packets_.size(), 1u);
  EXPECT_EQ(PayloadOf(0), 3500u);
  EXPECT_EQ(packets_[0]->gso_size, 1000);
  EXPECT_EQ(Pattern(1).FirstDifference(100, packets_[0]->segment().subspan(32)), std::nullopt);
  EXPECT_EQ(std::to_integer<int>(packets_[0]->buffer[13]), 0x18);  // PSH came from the last
}

TEST_F(GroTest, OtherOptionsOrAGapBeginANewRun) {
  AddSuperSegment(100, 2000, 1);
  AddSuperSegment(2100, 2000, 2);
  AddSuperSegment(9100, 2000, 2);
  Merge();
  ASSERT_EQ(packets_.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(PayloadOf(i), 2000u);
}

TEST_F(GroTest, ACorruptedSegmentStaysAlone) {
  AddSuperSegment(100, 4000);
  packets_[1]->buffer[200] ^= std::byte{4};
  Merge();
  ASSERT_EQ(packets_.size(), 3u);
  EXPECT_EQ(PayloadOf(0), 1000u);
  EXPECT_EQ(PayloadOf(1), 1000u);
  EXPECT_EQ(packets_[1]->gso_size, 0);
  EXPECT_EQ(PayloadOf(2), 2000u);
}

}  // namespace
}  // namespace mptcpp::sim
