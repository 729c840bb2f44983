// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_cache.h"

#include "sim/middlebox_for_testing.h"

namespace mptcpp::sim {
namespace {

TEST(CachingNormaliserTest, WhatWasThereFirstStays) {
  BoxBench bench;
  CachingNormaliser& box = bench.Add(std::make_unique<CachingNormaliser>(0));
  bench.There({.seq = 100, .payload = "abcd"});
  bench.There({.seq = 102, .payload = "XYef"});
  bench.There({.seq = 104, .payload = "ef"});
  EXPECT_EQ(bench.Take(), (Lines{bench.IsThere({.seq = 100, .payload = "abcd"}), bench.IsThere({.seq = 102, .payload = "cdef"}),
                                 bench.IsThere({.seq = 104, .payload = "ef"})}));
  EXPECT_EQ(box.inconsistent_bytes(), 2u);
}

TEST(CachingNormaliserTest, ClearsTheUrgentPointer) {
  BoxBench bench;
  bench.Add(std::make_unique<CachingNormaliser>(0));
  bench.There({.flags = "AU", .seq = 100, .payload = "abcd", .urgent = 3});
  EXPECT_EQ(bench.Take(), Lines{bench.IsThere({.seq = 100, .payload = "abcd"})});
}

TEST(CachingNormaliserTest, SendsOldSegmentsAgain) {
  BoxBench bench;
  bench.Add(std::make_unique<CachingNormaliser>(2));
  bench.There({.seq = 100, .payload = "abcd"});
  bench.There({.seq = 104, .payload = "efgh"});
  const std::string first = bench.IsThere({.seq = 100, .payload = "abcd"});
  EXPECT_EQ(bench.Take(), (Lines{first, bench.IsThere({.seq = 104, .payload = "efgh"}), first}));
}

TEST(StreamMemoryTest, RemembersAMebibyteAcrossTheWrap) {
  StreamMemory memory;
  SeqNum seq(0xffffff00);
  std::vector<std::byte> payload(1000);
  for (int i = 0; i < 2000; ++i, seq += 1000) {
    std::ranges::fill(payload, static_cast<std::byte>(i));
    ASSERT_EQ(memory.Reconcile(seq, payload), 0u);
  }
  std::ranges::fill(payload, std::byte{0xee});
  EXPECT_EQ(memory.Reconcile(seq - 1'000'000, payload), 1000u);
  EXPECT_EQ(payload[0], static_cast<std::byte>(1000));
  std::ranges::fill(payload, std::byte{0xee});
  EXPECT_EQ(memory.Reconcile(seq - 1'900'000, payload), 0u) << "too old to know";
}

}  // namespace
}  // namespace mptcpp::sim
