// SPDX-License-Identifier: Apache-2.0
// The cookie of TCP Fast Open by value (RFC 7413 4.1.1): 4 to 16 bytes, an even number; empty means "please give me one", or
// none at all, depending on who holds it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mptcpp::wire {

struct FastOpenCookie {
  static constexpr std::size_t kMax = 16;

  FastOpenCookie() = default;
  // At most kMax bytes.
  explicit FastOpenCookie(std::span<const std::byte> from) : length(static_cast<std::uint8_t>(std::min(from.size(), kMax))) {
    std::copy_n(from.begin(), length, bytes.begin());
  }
  bool empty() const { return length == 0; }
  std::span<const std::byte> view() const { return std::span(bytes).first(length); }
  friend bool operator==(const FastOpenCookie&, const FastOpenCookie&) = default;

  std::array<std::byte, kMax> bytes{};
  std::uint8_t length = 0;
};

}  // namespace mptcpp::wire
