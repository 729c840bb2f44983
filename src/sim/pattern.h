// SPDX-License-Identifier: Apache-2.0
// Bytes that depend on their position in a stream: whoever receives them can tell whether each is in its place, without keeping
// a copy. Moved, lost, repeated or mixed-up bytes show at once.
#pragma once

#include <algorithm>
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
    ForEachWord(position, out.size(), [&](std::size_t at, const std::byte* bytes, std::size_t n) {
      n == 8 ? std::memcpy(out.data() + at, bytes, 8) : std::memcpy(out.data() + at, bytes, n);
      return true;
    });
  }
  // Where `data`, received at `position`, first differs from the pattern; nullopt if it does not.
  std::optional<std::uint64_t> FirstDifference(std::uint64_t position, std::span<const std::byte> data) const {
    std::optional<std::uint64_t> found;
    ForEachWord(position, data.size(), [&](std::size_t at, const std::byte* bytes, std::size_t n) {
      // With a length that the compiler knows it is one comparison of words.
      if ((n == 8 ? std::memcmp(data.data() + at, bytes, 8) : std::memcmp(data.data() + at, bytes, n)) == 0) return true;
      std::size_t i = 0;
      while (data[at + i] == bytes[i]) ++i;
      found = position + at + i;
      return false;
    });
    return found;
  }

 private:
  template <typename Visit>
  void ForEachWord(std::uint64_t position, std::size_t length, Visit&& visit) const {
    for (std::size_t at = 0; at < length;) {
      const std::uint64_t word = Mix64(seed_ + (position + at) / 8);
      const std::size_t skip = (position + at) % 8;
      const std::size_t n = std::min<std::size_t>(8 - skip, length - at);
      std::byte bytes[8];
      std::memcpy(bytes, &word, 8);
      if (!visit(at, bytes + skip, n)) return;
      at += n;
    }
  }
  std::uint64_t seed_;
};

}  // namespace mptcpp::sim
