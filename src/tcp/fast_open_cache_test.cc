// SPDX-License-Identifier: Apache-2.0
#include "tcp/fast_open_cache.h"

#include <gtest/gtest.h>

namespace mptcpp::tcp {
namespace {

constexpr Instant At(std::int64_t seconds) { return Instant::FromNanos(seconds * 1'000'000'000); }
IpAddress Server(int n) { return IpAddress::V4(10, 0, 0, static_cast<std::uint8_t>(n)); }

wire::FastOpenCookie CookieOf(std::size_t length) {
  const std::array<std::byte, 16> bytes{std::byte{1}, std::byte{2}};
  return wire::FastOpenCookie(std::span(bytes).first(length));
}

TEST(FastOpenCache, AsksWhomItDoesNotKnow) {
  FastOpenCache cache(4);
  const FastOpenOffer offer = cache.OfferTo(Server(1), At(0));
  EXPECT_TRUE(offer.enabled);
  EXPECT_TRUE(offer.cookie.empty());
  EXPECT_EQ(cache.size(), 0u);
}

TEST(FastOpenCache, RemembersCookieAndMss) {
  FastOpenCache cache(4);
  cache.OnCookie(Server(1), CookieOf(8), 1440);
  const FastOpenOffer offer = cache.OfferTo(Server(1), At(0));
  EXPECT_EQ(offer.cookie, CookieOf(8));
  EXPECT_EQ(offer.peer_mss, 1440);
  EXPECT_TRUE(cache.OfferTo(Server(2), At(0)).cookie.empty());
}

TEST(FastOpenCache, KeepsNoCookieThatDoesNotFitBesideMpCapable) {
  FastOpenCache cache(4);
  cache.OnCookie(Server(1), CookieOf(16), 1440);
  EXPECT_TRUE(cache.OfferTo(Server(1), At(0)).cookie.empty());
  cache.OnCookie(Server(1), CookieOf(14), 1440);
  EXPECT_FALSE(cache.OfferTo(Server(1), At(0)).cookie.empty());
}

// Covers: SEC-6
TEST(FastOpenCache, TheOneUnusedForLongestMakesRoom) {
  FastOpenCache cache(3);
  for (int n = 1; n <= 3; ++n) cache.OnCookie(Server(n), CookieOf(8), 0);
  (void)cache.OfferTo(Server(1), At(0));
  cache.OnCookie(Server(4), CookieOf(8), 0);
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_FALSE(cache.OfferTo(Server(1), At(0)).cookie.empty());
  EXPECT_TRUE(cache.OfferTo(Server(2), At(0)).cookie.empty());
}

TEST(FastOpenCache, WhatVanishesSuspendsItWithBackOff) {
  FastOpenCache cache(4);
  cache.OnCookie(Server(1), CookieOf(8), 0);
  cache.OnVanished(Server(1), At(0));
  EXPECT_FALSE(cache.OfferTo(Server(1), At(59)).enabled);
  EXPECT_TRUE(cache.OfferTo(Server(1), At(60)).enabled);
  cache.OnVanished(Server(1), At(60));
  EXPECT_FALSE(cache.OfferTo(Server(1), At(179)).enabled);
  EXPECT_TRUE(cache.OfferTo(Server(1), At(180)).enabled);
  cache.OnSuccess(Server(1));
  cache.OnVanished(Server(1), At(200));
  EXPECT_TRUE(cache.OfferTo(Server(1), At(260)).enabled);
}

}  // namespace
}  // namespace mptcpp::tcp
