// SPDX-License-Identifier: Apache-2.0
#include "tcp/header_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tcp/subflow_pipe.h"

namespace mptcpp::tcp {
namespace {

using ::testing::ElementsAre;

class HeaderBuilder : public testing::Test {
 protected:
  std::vector<int> Options() const {
    std::vector<int> bytes;
    for (const std::byte b : packet.header_bytes().subspan(20)) bytes.push_back(std::to_integer<int>(b));
    return bytes;
  }
  FourTuple tuple{{IpAddress::V4(1, 2, 3, 4), 0x0102}, {IpAddress::V4(5, 6, 7, 8), 0x0304}};
  OutgoingSegment segment{.flags = {.ack = true}, .seq = SeqNum(5)};
  StreamUpper upper;
  TxPacket packet;
  std::vector<wire::SackBlock> sack{{SeqNum(1), SeqNum(2)}, {SeqNum(3), SeqNum(4)}, {SeqNum(5), SeqNum(6)}, {SeqNum(7), SeqNum(8)}};
};

TEST_F(HeaderBuilder, Plain) {
  EXPECT_EQ(BuildHeader({.tuple = tuple, .segment = segment, .ack = SeqNum(9), .window = 7}, {}, upper, packet), 0u);
  EXPECT_EQ(packet.header_length, 20);
  EXPECT_EQ(packet.source, tuple.local.address);
  EXPECT_EQ(packet.destination, tuple.remote.address);
}

TEST_F(HeaderBuilder, TimestampsThenUpperThenSack) {
  upper.option_bytes = 7;  // padded to 8 before SACK
  const std::size_t blocks = BuildHeader({.tuple = tuple,
                                          .segment = segment,
                                          .timestamps = wire::Timestamps{.value = 1, .echo_reply = 2},
                                          .sack = std::span(sack).first(1)},
                                         {}, upper, packet);
  EXPECT_EQ(blocks, 1u);
  EXPECT_THAT(Options(), ElementsAre(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2,  // timestamps
                                     1, 1, 1, 1, 1, 1, 1, 1,              // upper (NOPs here) and padding
                                     1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2));
}

// Covers: GEN-8
TEST_F(HeaderBuilder, AsManyBlocksAsFit) {
  const HeaderInput with_timestamps{.tuple = tuple, .segment = segment, .timestamps = wire::Timestamps{}, .sack = sack};
  const HeaderInput without{.tuple = tuple, .segment = segment, .sack = sack};
  EXPECT_EQ(BuildHeader(with_timestamps, {}, upper, packet), 3u);
  EXPECT_EQ(packet.header_length, 60);
  EXPECT_EQ(BuildHeader(without, {}, upper, packet), 4u);
  upper.option_bytes = 20;  // DSS with 64-bit numbers
  EXPECT_EQ(BuildHeader(with_timestamps, {}, upper, packet), 0u);
  upper.option_bytes = 28;
  EXPECT_EQ(BuildHeader(with_timestamps, {}, upper, packet), 0u);
  EXPECT_EQ(packet.header_length, 60);
  EXPECT_EQ(BuildHeader(without, {}, upper, packet), 1u);
}

}  // namespace
}  // namespace mptcpp::tcp
