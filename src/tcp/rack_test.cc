// SPDX-License-Identifier: Apache-2.0
#include "tcp/rack.h"

#include <gtest/gtest.h>

#include "tcp/timestamp_clock.h"

namespace mptcpp::tcp {
namespace {

constexpr std::uint32_t kMss = 1000;
constexpr Instant At(std::int64_t ms) { return Instant::FromNanos(ms * 1'000'000); }
constexpr Duration kRtt = Duration::Millis(40);

struct RackTest : testing::Test {
  SentRecords records{SeqNum(0)};
  Rack rack;

  // Segment i leaves at millisecond 100 + i.
  void Send(int count) {
    for (int i = 0; i < count; ++i) records.Append({.offset = 0, .length = kMss}, false, false, false).sent = At(100 + i);
  }
  void Sack(std::size_t i, Instant now, std::optional<std::uint32_t> echo = std::nullopt) {
    rack.OnAckStart();
    rack.OnDelivered(records[i], records[i].End(), now, echo, kRtt);
    records.MarkSacked(i);
  }
  Rack::Detection Detect(Instant now, bool recovering = false, bool dup_thresh = false) {
    return rack.DetectLoss(
        records, {.recovering = recovering, .dup_thresh_reached = dup_thresh, .min_rtt = kRtt, .smoothed_rtt = kRtt}, now);
  }
};

TEST_F(RackTest, InOrderDeliveryLeavesNothingToDetect) {
  Send(3);
  records.AckFront(kMss);
  EXPECT_TRUE(Rack::NothingToDetect(records));
}

TEST_F(RackTest, GivesReorderingAQuarterOfARoundTrip) {
  Send(3);
  Sack(1, At(141));
  const Rack::Detection early = Detect(At(141));
  EXPECT_EQ(early.lost, Bytes());
  EXPECT_EQ(early.look_again, At(150));  // 100 + 40 + 10
  EXPECT_EQ(Detect(At(149)).lost, Bytes());
  EXPECT_EQ(Detect(At(150)).lost, Bytes(kMss));
  EXPECT_TRUE(records[0].lost);
  EXPECT_FALSE(records[2].lost);  // sent later than what was delivered
}

TEST_F(RackTest, ThreeSacksNeedNoPatienceUntilReorderingWasSeen) {
  Send(5);
  for (std::size_t i = 1; i <= 3; ++i) Sack(i, At(140 + static_cast<std::int64_t>(i)));
  EXPECT_EQ(Detect(At(143), false, true).lost, Bytes(kMss));
}

TEST_F(RackTest, ReorderingOnceSeenBuysPatience) {
  Send(6);
  Sack(1, At(141));
  Sack(0, At(142));  // the overtaken original
  EXPECT_TRUE(rack.reordering_seen());
  records.AckFront(kMss);
  records.AckFront(kMss);
  Sack(1, At(143));
  Sack(2, At(144));
  Sack(3, At(145));
  EXPECT_EQ(Detect(At(145), false, true).lost, Bytes());
  EXPECT_EQ(Detect(At(155), false, true).lost, Bytes(kMss));
}

TEST_F(RackTest, BlocksOfOneAckAreNoReordering) {
  Send(6);
  rack.OnAckStart();  // newest block first, the older one was lost with its ACK
  rack.OnDelivered(records[4], records[4].End(), At(144), std::nullopt, kRtt);
  rack.OnDelivered(records[2], records[2].End(), At(144), std::nullopt, kRtt);
  EXPECT_FALSE(rack.reordering_seen());
}

TEST_F(RackTest, FindsALostRetransmission) {
  Send(4);
  for (std::size_t i = 1; i <= 2; ++i) Sack(i, At(142));
  Detect(At(200));
  ASSERT_TRUE(records[0].lost);
  records.MarkRetransmitted(0, At(200));
  records.Append({.offset = 0, .length = kMss}, false, false, false).sent = At(201);
  Sack(4, At(241));  // sent after the retransmission, and here
  EXPECT_EQ(Detect(At(241), true).lost, Bytes(2 * kMss));
  EXPECT_TRUE(records[0].lost && records[3].lost);
}

TEST_F(RackTest, AnAckOfTheOriginalSaysNothingAboutTheRetransmission) {
  Send(3);
  records.MarkRetransmitted(1, At(150));
  Sack(1, At(200), TimestampAt(At(101)));  // echoes the original
  EXPECT_EQ(Detect(At(300)).lost, Bytes());
}

TEST_F(RackTest, AnAckFasterThanThePathIsTheOriginals) {
  Send(3);
  records.MarkRetransmitted(1, At(150));
  Sack(1, At(160));
  EXPECT_EQ(Detect(At(300)).lost, Bytes());
}

TEST_F(RackTest, DsackWidensTheWindowOncePerRoundAndRecoveriesNarrowIt) {
  Send(6);
  Sack(1, At(141));
  Sack(0, At(142));
  rack.OnDsack(SeqNum(2000), SeqNum(6000));
  rack.OnDsack(SeqNum(3000), SeqNum(6000));  // the same round
  Detect(At(142));
  EXPECT_EQ(rack.reordering_window(), Duration::Millis(20));
  for (int i = 0; i < 16; ++i) rack.OnRecoveryEnd();
  Detect(At(142));
  EXPECT_EQ(rack.reordering_window(), Duration::Millis(10));
}

TEST_F(RackTest, PatienceIsNeverMoreThanARoundTrip) {
  Send(3);
  for (int i = 0; i < 20; ++i) rack.OnDsack(SeqNum(static_cast<std::uint32_t>(i)), SeqNum(static_cast<std::uint32_t>(i)));
  Sack(1, At(141));
  Detect(At(141));
  EXPECT_EQ(rack.reordering_window(), kRtt);
}

TEST_F(RackTest, ATimeoutLosesTheFirstAndWhatHadItsTime) {
  Send(3);
  records.AckFront(kMss);
  rack.OnAckStart();
  rack.OnDelivered(records[0], records[0].seq, At(140), std::nullopt, kRtt);
  records.Append({.offset = 0, .length = kMss}, false, false, false).sent = At(390);
  EXPECT_EQ(rack.MarkLostOnTimeout(records, At(400)), Bytes(2 * kMss));
  EXPECT_FALSE(records[2].lost);
}

}  // namespace
}  // namespace mptcpp::tcp
