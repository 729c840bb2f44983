// SPDX-License-Identifier: Apache-2.0
#include "apps/fallback_note.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace mptcpp::apps {
namespace {

constexpr auto kLast = FallbackReason::kTokenCollision;

template <typename Visit>
void ForEachReason(Visit&& visit) {
  for (unsigned i = 0; i <= static_cast<unsigned>(kLast); ++i) visit(static_cast<FallbackReason>(i));
}

TEST(FallbackNote, SaysTheReasonUnlessThereIsNone) {
  ConnectionInfo info;
  EXPECT_FALSE(FallbackNote(info));
  info.fallback = FallbackReason::kNotRequested;
  EXPECT_FALSE(FallbackNote(info));
  info.fallback = FallbackReason::kSynTimeout;
  EXPECT_EQ(FallbackNote(info), "plain TCP: SYNs with MP_CAPABLE stayed unanswered (docs/fallback.md: syn-timeout)");
}

TEST(FallbackReason, EachHasItsOwnSentenceAndWord) {
  std::set<std::string_view> sentences, words;
  ForEachReason([&](FallbackReason reason) {
    EXPECT_NE(ToString(reason), "?");
    EXPECT_TRUE(sentences.insert(ToString(reason)).second) << ToString(reason);
    EXPECT_TRUE(words.insert(WordOf(reason)).second) << WordOf(reason);
    EXPECT_EQ(WordOf(reason).find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos) << WordOf(reason);
  });
}

TEST(FallbackReason, EachStandsInTheDocument) {
  std::ifstream file(MPTCPP_SOURCE_DIR "/docs/fallback.md");
  std::stringstream text;
  text << file.rdbuf();
  ASSERT_FALSE(text.str().empty());
  ForEachReason([&](FallbackReason reason) {
    if (reason == FallbackReason::kNone) return;
    EXPECT_NE(text.str().find("| `" + std::string(WordOf(reason)) + "` |"), std::string::npos) << WordOf(reason);
  });
}

}  // namespace
}  // namespace mptcpp::apps
