// SPDX-License-Identifier: Apache-2.0
#include "tcp/peer_timestamps.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Instant kStart = Instant::FromNanos(0);

TEST(PeerTimestamps, OlderIsOldAcrossTheWrap) {
  PeerTimestamps t;
  t.Start(0xfffffff0, kStart);
  EXPECT_TRUE(t.IsOld(0xffffffef, kStart));
  EXPECT_FALSE(t.IsOld(0xfffffff0, kStart));
  EXPECT_FALSE(t.IsOld(5, kStart));
}

TEST(PeerTimestamps, TwentyFourDaysOfSilenceEndTheProof) {
  PeerTimestamps t;
  t.Start(1000, kStart);
  EXPECT_TRUE(t.IsOld(10, kStart + Duration::Seconds(23 * 86400)));
  const Instant late = kStart + Duration::Seconds(24 * 86400);
  EXPECT_FALSE(t.IsOld(10, late));
  t.Take(10, SeqNum(1), SeqNum(1), late);
  EXPECT_EQ(t.recent(), 10u);
}

TEST(PeerTimestamps, EchoesTheFirstSegmentOfADelayedAck) {
  PeerTimestamps t;
  t.Start(100, kStart);
  t.Take(200, SeqNum(1), SeqNum(1), kStart);
  t.Take(300, SeqNum(1001), SeqNum(1), kStart);  // second segment, first not yet acknowledged
  EXPECT_EQ(t.recent(), 200u);
  t.Take(150, SeqNum(1), SeqNum(1), kStart);  // a late copy
  EXPECT_EQ(t.recent(), 200u);
}

}  // namespace
}  // namespace mptcpp::tcp
