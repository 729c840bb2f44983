// SPDX-License-Identifier: Apache-2.0
#include "stack/fast_open.h"

#include <gtest/gtest.h>

#include <random>

#include "base/random_source.h"

namespace mptcpp::stack {
namespace {

using Verdict = FastOpenCookies::Verdict;

constexpr Instant At(std::int64_t seconds) { return Instant::FromNanos(seconds * 1'000'000'000); }
const IpAddress kClient = IpAddress::V4(198, 51, 100, 1);
const IpAddress kServer = IpAddress::V4(192, 0, 2, 1);

class TestRandom final : public RandomSource {
 public:
  void Fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_{1};
};

TEST(FastOpenCookies, AreBoundToBothAddressesAndTheKey) {
  TestRandom random;
  const crypto::Secret secret(random);
  const FastOpenCookies cookies(secret, Duration::Seconds(100));
  for (const std::size_t length : {FastOpenCookies::kLength, FastOpenCookies::kShortLength}) {
    const auto cookie = cookies.Make(kClient, kServer, length, At(1000));
    EXPECT_EQ(cookie.length, length);
    EXPECT_EQ(cookies.Check(cookie.view(), kClient, kServer, At(1099)), Verdict::kValid);
    EXPECT_EQ(cookies.Check(cookie.view(), kClient, kServer, At(1100)), Verdict::kValidByOldKey);
    EXPECT_EQ(cookies.Check(cookie.view(), kClient, kServer, At(1200)), Verdict::kWrong);
    EXPECT_EQ(cookies.Check(cookie.view(), kServer, kServer, At(1000)), Verdict::kWrong);
    EXPECT_EQ(cookies.Check(cookie.view(), kClient, kClient, At(1000)), Verdict::kWrong);
    EXPECT_EQ(cookies.Check(cookie.view().first(4), kClient, kServer, At(1000)), Verdict::kWrong);
  }
}

// Covers: SEC-6
TEST(FastOpenQueue, CountsThoseThatEndedByARstForAMinute) {  // RFC 7413 5.1
  FastOpenQueue queue;
  EXPECT_TRUE(queue.TryEnter(2, At(0)));
  EXPECT_TRUE(queue.TryEnter(2, At(0)));
  EXPECT_FALSE(queue.TryEnter(2, At(0)));
  queue.Leave(false, At(1));
  EXPECT_TRUE(queue.TryEnter(2, At(1)));
  queue.Leave(true, At(2));
  EXPECT_FALSE(queue.TryEnter(2, At(61)));
  EXPECT_TRUE(queue.TryEnter(2, At(62)));
}

}  // namespace
}  // namespace mptcpp::stack
