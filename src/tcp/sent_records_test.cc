// SPDX-License-Identifier: Apache-2.0
#include "tcp/sent_records.h"

#include <gtest/gtest.h>

#include <random>

namespace mptcpp::tcp {
namespace {

constexpr SeqNum kStart(0xffffff00u);  // wraps soon

SentRecords Filled(int count, std::uint32_t length) {
  SentRecords records(kStart);
  for (int i = 0; i < count; ++i) {
    records.Append({.offset = 1000 + static_cast<std::uint64_t>(i) * length, .length = length}, false, false, true);
  }
  return records;
}

TEST(SentRecords, CountsWhatIsOutstanding) {
  const SentRecords records = Filled(3, 100);
  EXPECT_EQ(records.outstanding(), Bytes(300));
  EXPECT_EQ(records.in_flight(), Bytes(300));
  EXPECT_EQ(records.nxt(), kStart + 300);
  EXPECT_EQ(records.Inconsistency(), nullptr);
}

TEST(SentRecords, AcknowledgesWholeRecordsAndParts) {
  SentRecords records = Filled(2, 100);
  records.AckFront(100);
  EXPECT_EQ(records.size(), 1u);
  records.AckFront(40);
  EXPECT_EQ(records.una(), kStart + 140);
  EXPECT_EQ(records[0].Payload().offset, 1140u);
  EXPECT_EQ(records[0].Payload().length, 60u);
  EXPECT_EQ(records.Inconsistency(), nullptr);
}

TEST(SentRecords, SynAndFinUseOneNumberEach) {
  SentRecords records(kStart);
  records.Append({.offset = 7, .length = 10}, true, true, false);
  EXPECT_EQ(records.outstanding(), Bytes(12));
  records.Split(0, 1);  // the SYN alone
  EXPECT_TRUE(records[0].syn);
  EXPECT_FALSE(records[0].fin);
  EXPECT_EQ(records[0].PayloadLength(), 0u);
  EXPECT_FALSE(records[1].syn);
  EXPECT_TRUE(records[1].fin);
  EXPECT_EQ(records[1].Payload().offset, 7u);
  EXPECT_EQ(records[1].Payload().length, 10u);
}

TEST(SentRecords, FindsAcrossTheWrap) {
  const SentRecords records = Filled(10, 100);
  for (std::uint32_t n = 0; n < 1000; ++n) EXPECT_EQ(records.Find(kStart + n), n / 100) << n;
}

TEST(SentRecords, SplitKeepsWhatBothPartsShare) {
  SentRecords records = Filled(5, 100);
  records.MarkRetransmitted(3, Instant::FromNanos(77));
  records.MarkLost(3);
  records.Split(3, 30);
  EXPECT_EQ(records.size(), 6u);
  EXPECT_TRUE(records[3].lost && records[4].lost);
  EXPECT_EQ(records[4].sent, Instant::FromNanos(77));
  EXPECT_EQ(records[4].Payload().offset, 1330u);
  EXPECT_FALSE(records[3].push);
  EXPECT_TRUE(records[4].push);
  EXPECT_EQ(records.lost(), Bytes(100));
  EXPECT_EQ(records.Inconsistency(), nullptr);
}

TEST(SentRecords, ASackThatGrowsMovesTheBoundary) {
  SentRecords records = Filled(1, 1000);
  records.Split(0, 100);
  records.Split(1, 100);
  records.MarkSacked(1);
  EXPECT_TRUE(records.SackIntoPrevious(2, 300));
  EXPECT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].length, 400u);
  EXPECT_EQ(records.sacked(), Bytes(400));
  EXPECT_EQ(records[2].Payload().offset, 1500u);
  EXPECT_EQ(records.Inconsistency(), nullptr);
}

TEST(SentRecords, RangesThatWereGivenApartStayApart) {
  SentRecords records = Filled(2, 100);
  records.MarkSacked(0);
  EXPECT_FALSE(records.SackIntoPrevious(1, 50));
  EXPECT_EQ(records.sacked(), Bytes(100));
}

TEST(SentRecords, SumsSurviveAnyOrderOfChanges) {
  std::mt19937 random(8);
  SentRecords records(kStart);
  std::uint64_t offset = 0;
  for (int step = 0; step < 20'000; ++step) {
    const std::size_t i = records.empty() ? 0 : random() % records.size();
    switch (random() % 7) {
      case 0:
        if (records.size() < 200) {
          const std::uint32_t length = 1 + random() % 3000;
          records.Append({.offset = offset, .length = length}, false, false, false);
          offset += length;
        }
        break;
      case 1:
        if (!records.empty()) records.AckFront(1 + random() % records[0].length);
        break;
      case 2:
        if (!records.empty() && records[i].length > 1) records.Split(i, 1 + random() % (records[i].length - 1));
        break;
      case 3:
        if (!records.empty() && !records[i].sacked) records.MarkSacked(i);
        break;
      case 4:
        if (!records.empty() && !records[i].sacked && !records[i].lost) records.MarkLost(i);
        break;
      case 5:
        if (!records.empty() && !records[i].sacked) records.MarkRetransmitted(i, Instant());
        break;
      default:
        if (i > 0 && !records[i].sacked && records[i].length > 1)
          records.SackIntoPrevious(i, 1 + random() % (records[i].length - 1));
    }
    ASSERT_EQ(records.Inconsistency(), nullptr) << "step " << step;
  }
}

}  // namespace
}  // namespace mptcpp::tcp
