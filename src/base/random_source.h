// SPDX-License-Identifier: Apache-2.0
// Where the inner ring gets its random bytes. The outer ring passes the operating system's generator, a simulation a seeded one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mptcpp {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  // Fills the whole span. Keys, nonces and ISNs come from here, so a real endpoint needs a cryptographic source (RFC 4086).
  virtual void Fill(std::span<std::byte> out) = 0;

  std::uint32_t Next32() {
    std::uint32_t value;
    Fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  std::uint64_t Next64() {
    std::uint64_t value;
    Fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
};

}  // namespace mptcpp
