// SPDX-License-Identifier: Apache-2.0
#include "stack/syn_cookie.h"

#include <gtest/gtest.h>

#include <random>

#include "base/random_source.h"
#include "stack/join_table.h"

namespace mptcpp::stack {
namespace {

constexpr Instant At(std::int64_t seconds) { return Instant::FromNanos(seconds * 1'000'000'000); }
const FourTuple kTuple{{IpAddress::V4(192, 0, 2, 1), 80}, {IpAddress::V4(198, 51, 100, 1), 40000}};
const SeqNum kClientIsn(0x12345678);

class TestRandom final : public RandomSource {
 public:
  void Fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_{1};
};

class SynCookieTest : public ::testing::Test {
 protected:
  TestRandom random_;
  crypto::Secret secret_{random_};
};

TEST_F(SynCookieTest, RemembersTheMssRoundedDown) {
  const struct { std::uint32_t said, remembered; } kCases[] = {{100, 216},   {536, 536},   {1219, 536},  {1220, 1220},
                                                               {1460, 1460}, {8000, 1460}, {9000, 8940}, {65535, 8940}};
  for (const auto& c : kCases) {
    const SeqNum cookie = SynCookie::Make(secret_, kTuple, kClientIsn, c.said, At(1000));
    EXPECT_EQ(SynCookie::Check(secret_, kTuple, kClientIsn, cookie, At(1000)), c.remembered) << c.said;
  }
}

TEST_F(SynCookieTest, LivesOneToTwoPeriods) {
  for (std::int64_t made = 640; made < 768; made += 7) {
    const SeqNum cookie = SynCookie::Make(secret_, kTuple, kClientIsn, 1460, At(made));
    EXPECT_TRUE(SynCookie::Check(secret_, kTuple, kClientIsn, cookie, At(made + 63)));
    EXPECT_FALSE(SynCookie::Check(secret_, kTuple, kClientIsn, cookie, At(made + 128)));
  }
}

TEST_F(SynCookieTest, IsBoundToTupleAndNumber) {
  const SeqNum cookie = SynCookie::Make(secret_, kTuple, kClientIsn, 1460, At(1000));
  FourTuple other = kTuple;
  ++other.remote.port;
  EXPECT_FALSE(SynCookie::Check(secret_, other, kClientIsn, cookie, At(1000)));
  EXPECT_FALSE(SynCookie::Check(secret_, kTuple, kClientIsn + 1, cookie, At(1000)));
  const crypto::Secret another(random_);
  EXPECT_FALSE(SynCookie::Check(another, kTuple, kClientIsn, cookie, At(1000)));
}

TEST_F(SynCookieTest, CannotBeGuessed) {
  std::mt19937 random(7);
  int hits = 0;
  for (int i = 0; i < 200'000; ++i) {
    hits += SynCookie::Check(secret_, kTuple, kClientIsn, SeqNum(static_cast<std::uint32_t>(random())), At(1000)).has_value();
  }
  EXPECT_EQ(hits, 0);  // 28 bits are hashed: one in 2^28 would be right
}

TEST(CookieOptions, ComeBackFromTheTimestamp) {
  for (std::uint32_t clock : {0u, 5u, 63u, 64u, 1000u, 0xffffffffu}) {
    for (int shift = -1; shift <= 14; ++shift) {
      for (int bits = 0; bits < 4; ++bits) {
        CookieOptions options{.sack = (bits & 1) != 0, .ecn = (bits & 2) != 0};
        if (shift >= 0) options.window_shift = static_cast<std::uint8_t>(shift);
        const std::uint32_t timestamp = options.InTimestamp(clock);
        EXPECT_EQ(CookieOptions::FromTimestamp(timestamp), options);
        EXPECT_LT(clock - timestamp, 128u) << "not later than the clock, and not by much earlier";
      }
    }
  }
}

TEST(JoinTable, ANewerSynTakesTheSlot) {
  JoinTable table;
  EXPECT_EQ(table.Find(7, kClientIsn), nullptr);
  table.Put(7, kClientIsn, {.nonce = 1});
  ASSERT_NE(table.Find(7, kClientIsn), nullptr);
  EXPECT_EQ(table.Find(7, kClientIsn)->join.nonce, 1u);
  EXPECT_EQ(table.Find(7, kClientIsn + 1), nullptr);
  table.Put(7 + JoinTable::kSlots, kClientIsn, {.nonce = 2});
  EXPECT_EQ(table.Find(7, kClientIsn), nullptr);
}

}  // namespace
}  // namespace mptcpp::stack
