// SPDX-License-Identifier: Apache-2.0
// A random source that gives the same bytes in every run.
#pragma once

#include <cstdint>
#include <random>

#include "base/random_source.h"

namespace mptcpp::bench {

class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void Fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace mptcpp::bench
