// SPDX-License-Identifier: Apache-2.0
#include "drivers/os_random.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace mptcpp::drivers {
namespace {

TEST(OsRandom, NeverHandsOutTheSameBytesTwice) {
  OsRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random.Next64()).second);
}

TEST(OsRandom, FillsSpansLongerThanItsBlock) {
  OsRandom random;
  std::vector<std::byte> bytes(1000);
  random.Fill(bytes);
  int longest_run_of_zeros = 0, run = 0;
  for (const std::byte b : bytes) {
    run = b == std::byte{0} ? run + 1 : 0;
    longest_run_of_zeros = std::max(longest_run_of_zeros, run);
  }
  EXPECT_LT(longest_run_of_zeros, 8);
}

}  // namespace
}  // namespace mptcpp::drivers
