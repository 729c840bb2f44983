// SPDX-License-Identifier: Apache-2.0
// The operating system's cryptographic generator (getrandom), fetched in small blocks: keys, nonces and ports cost no system
// call each. Bytes that were handed out are wiped from the block.
#pragma once

#include <array>

#include "base/random_source.h"

namespace mptcpp::drivers {

class OsRandom : public RandomSource {
 public:
  OsRandom() = default;
  ~OsRandom() override;
  OsRandom(const OsRandom&) = delete;
  OsRandom& operator=(const OsRandom&) = delete;

  void Fill(std::span<std::byte> out) override;

 private:
  void Refill();

  std::array<std::byte, 256> block_{};  // getrandom never returns short for up to 256 bytes
  std::size_t used_ = block_.size();
};

}  // namespace mptcpp::drivers
