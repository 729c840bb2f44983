// SPDX-License-Identifier: Apache-2.0
// Bytes from and to hexadecimal text, so that tests can state what is on the wire. For tests only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mptcpp {

// Everything that is no hexadecimal digit (spaces, line ends) is skipped.
inline std::vector<std::byte> FromHex(std::string_view text) {
  std::vector<std::byte> bytes;
  unsigned high = 0;
  bool have_high = false;
  for (const char c : text) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
    else continue;
    if (have_high) bytes.push_back(static_cast<std::byte>(high << 4 | digit));
    high = digit;
    have_high = !have_high;
  }
  return bytes;
}

inline std::string ToHex(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

}  // namespace mptcpp
