// SPDX-License-Identifier: Apache-2.0
#include "tcp/scoreboard.h"

#include <gtest/gtest.h>

#include <vector>

namespace mptcpp::tcp {
namespace {

struct ScoreboardTest : testing::Test {
  SentRecords records{SeqNum(0)};
  Scoreboard scoreboard;
  Rack rack;
  congestion::DeliveryRate rate;
  Bytes sacked;  // by the last ACK

  void Send(int count, std::uint32_t length) {
    for (int i = 0; i < count; ++i) {
      records.Append({.offset = records.nxt().value(), .length = length}, false, false, false).sent = Instant::FromNanos(i);
    }
  }
  std::optional<wire::SackBlock> Sack(std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs) {
    std::vector<wire::SackBlock> blocks;
    for (const auto& [left, right] : pairs) blocks.push_back({SeqNum(left), SeqNum(right)});
    AckTally tally(rack, rate, Instant::FromNanos(1000), std::nullopt, Duration::Zero());
    const auto dsack = scoreboard.Apply(blocks, records, tally);
    sacked = tally.sacked();
    EXPECT_EQ(records.Inconsistency(), nullptr);
    return dsack;
  }
};

TEST_F(ScoreboardTest, MarksWholeRecordsWithoutCutting) {
  Send(10, 100);
  Sack({{300, 600}});
  EXPECT_EQ(sacked, Bytes(300));
  EXPECT_EQ(records.size(), 10u);
  EXPECT_FALSE(records[2].sacked);
  EXPECT_TRUE(records[3].sacked && records[5].sacked);
}

TEST_F(ScoreboardTest, CutsASuperSegmentInThree) {
  Send(1, 1000);
  Sack({{300, 600}});
  EXPECT_EQ(records.size(), 3u);
  EXPECT_EQ(records.sacked(), Bytes(300));
}

TEST_F(ScoreboardTest, AGrowingBlockMakesNoNewRecords) {
  Send(1, 10'000);
  for (std::uint32_t right = 200; right < 10'000; right += 100) {
    Sack({{100, right}});
    EXPECT_EQ(sacked, Bytes(100));
    EXPECT_EQ(records.size(), 3u);
  }
  Sack({{100, 10'000}});
  EXPECT_EQ(records.sacked(), Bytes(9900));
}

TEST_F(ScoreboardTest, RepeatedBlocksAreNoNews) {
  Send(10, 100);
  Sack({{700, 800}, {300, 500}});
  Sack({{700, 900}, {300, 500}});
  EXPECT_EQ(sacked, Bytes(100));
  Sack({{200, 900}});  // the gap between what is known
  EXPECT_EQ(sacked, Bytes(300));
  EXPECT_EQ(records.sacked(), Bytes(700));
}

TEST_F(ScoreboardTest, TellsDsackBelowTheAckAndInsideABlock) {
  Send(10, 100);
  records.AckFront(100);
  EXPECT_EQ(Sack({{0, 100}}), (wire::SackBlock{SeqNum(0), SeqNum(100)}));
  EXPECT_EQ(sacked, Bytes());
  EXPECT_EQ(Sack({{500, 600}, {400, 700}}), (wire::SackBlock{SeqNum(500), SeqNum(600)}));
  EXPECT_EQ(sacked, Bytes(300));
  EXPECT_EQ(Sack({{400, 700}}), std::nullopt);
}

TEST_F(ScoreboardTest, ForgettingMakesBlocksNewsAgain) {
  Send(4, 100);
  Sack({{100, 300}});
  for (std::size_t i = 1; i < 3; ++i) records.ClearSacked(i);
  scoreboard.Forget();
  Sack({{100, 300}});
  EXPECT_EQ(sacked, Bytes(200));
}

}  // namespace
}  // namespace mptcpp::tcp
