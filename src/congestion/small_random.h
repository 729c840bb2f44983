// SPDX-License-Identifier: Apache-2.0
// A small generator for choices that have to differ between flows and need not be secret: which probe comes first, in which phase
// a cycle starts. Deterministic for a seed; 32 bits of state (splitmix).
#pragma once

#include <cstdint>

namespace mptcpp::congestion {

class SmallRandom {
 public:
  explicit SmallRandom(std::uint32_t seed) : state_(seed) {}
  std::uint32_t Next() {
    std::uint32_t z = state_ += 0x9E3779B9u;
    z = (z ^ (z >> 16)) * 0x85EBCA6Bu;
    z = (z ^ (z >> 13)) * 0xC2B2AE35u;
    return z ^ (z >> 16);
  }
  std::uint32_t Below(std::uint32_t n) { return static_cast<std::uint32_t>((std::uint64_t{Next()} * n) >> 32); }
  bool Bit() { return (Next() >> 31) != 0; }

 private:
  std::uint32_t state_;
};

}  // namespace mptcpp::congestion
