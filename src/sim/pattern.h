// SPDX-License-Identifier: Apache-2.0
// Bytes that depend on their position in a stream: whoever receives them can tell whether each is in its place, without keeping
// a copy. Moved, lost, repeated or mixed-up bytes show at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "sim/random_stream.h"

namespace mptcpp::sim {

class Pattern {
 public:
  explicit Pattern(std::uint64_t seed) : seed_(Mix64(seed)) {}

  // The bytes of the stream from `position` on.
  void Fill(std::uint64_t position, std::span<std::byte> out) const {
    while (!out.empty()) {
      const auto [words, offset] = BlockAt(position);
      const auto part = std::as_bytes(std::span(words)).subspan(offset);
      const std::size_t n = std::min(part.size(), out.size());
      std::memcpy(out.data(), part.data(), n);
      position += n;
      out = out.subspan(n);
    }
  }
  // Where `data`, received at `position`, first differs from the pattern; nullopt if it does not.
  std::optional<std::uint64_t> FirstDifference(std::uint64_t position, std::span<const std::byte> data) const {
    while (!data.empty()) {
      const auto [words, offset] = BlockAt(position);
      const auto part = std::as_bytes(std::span(words)).subspan(offset);
      const std::size_t n = std::min(part.size(), data.size());
      if (std::memcmp(data.data(), part.data(), n) != 0) {
        const auto wrong = std::mismatch(part.begin(), part.end(), data.begin(), data.end()).second;
        return position + static_cast<std::uint64_t>(wrong - data.begin());
      }
      position += n;
      data = data.subspan(n);
    }
    return std::nullopt;
  }

 private:
  // Simulations spend much of their time here, so a block is a table with a number of its own mixed into each word: no two words
  // of one block are equal, and no two blocks.
  static constexpr std::size_t kWords = 512;
  using Words = std::array<std::uint64_t, kWords>;
  static constexpr Words kTable = [] {
    Words words{};
    for (std::size_t i = 0; i < kWords; ++i) words[i] = Mix64(i);
    return words;
  }();

  struct Block {
    const Words& words;
    std::size_t offset;  // of the position in it
  };
  Block BlockAt(std::uint64_t position) const {
    const std::uint64_t number = position / sizeof(Words);
    if (!made_ || made_number_ != number) {
      const std::uint64_t own = Mix64(seed_ + number);
      for (std::size_t i = 0; i < kWords; ++i) block_[i] = kTable[i] ^ own;
      made_ = true;
      made_number_ = number;
    }
    return {block_, static_cast<std::size_t>(position % sizeof(Words))};
  }

  std::uint64_t seed_;
  mutable Words block_;  // the last one that was asked for
  mutable std::uint64_t made_number_ = 0;
  mutable bool made_ = false;
};

}  // namespace mptcpp::sim
