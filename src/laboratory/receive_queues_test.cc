// SPDX-License-Identifier: Apache-2.0
#include "laboratory/receive_queues.h"

#include <gtest/gtest.h>

namespace mptcpp::laboratory {
namespace {

// Two subflows; the second one's segments wait for 0 and 1.
const std::vector<Arrival> kArrivals{{4, 1}, {2, 1}, {3, 1}, {0, 0}, {1, 0}, {6, 1}, {7, 1}, {5, 0}};

TEST(ReceiveQueues, ListPassesByWhatComesLater) {
  const QueueWork work = PlayList(kArrivals);
  EXPECT_EQ(work.inserted, 5u);
  EXPECT_EQ(work.steps, 2u);  // 2 and 3, before 4
}

TEST(ReceiveQueues, HintIsTheSubflowsLastSegment) {
  const QueueWork work = PlayHint(kArrivals);
  EXPECT_EQ(work.hits, 2u);   // 3 behind 2, 7 behind 6
  EXPECT_EQ(work.steps, 1u);  // 2 before 4
}

TEST(ReceiveQueues, BatchesGrowTogether) {
  const QueueWork work = PlayBatches(kArrivals);
  EXPECT_EQ(work.hits, 2u);
  EXPECT_EQ(work.steps, 1u);
}

TEST(ReceiveQueues, AllAgreeOnWhatIsOutOfOrder) {
  for (const auto play : {PlayList, PlayTree, PlayHint, PlayBatches, PlayRanges}) EXPECT_EQ(play(kArrivals).inserted, 5u);
}

}  // namespace
}  // namespace mptcpp::laboratory
