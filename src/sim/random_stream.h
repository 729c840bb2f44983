// SPDX-License-Identifier: Apache-2.0
// Random numbers of one named node of a simulation. The stream depends on (seed, name) only, so that adding a node, or drawing
// once more in one, moves nobody else's numbers. Not cryptographic: for simulations and tests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/random_source.h"
#include "base/time.h"

namespace mptcpp::sim {

class RandomStream final : public RandomSource {
 public:
  RandomStream(std::uint64_t seed, std::string_view name);

  void Fill(std::span<std::byte> out) override;
  std::uint64_t Next();                       // xoshiro256++ (Blackman, Vigna)
  double Uniform();                           // [0, 1)
  std::uint64_t Below(std::uint64_t bound);   // [0, bound); bound > 0
  Duration UniformDuration(Duration most);    // [0, most]
  // True with this probability. Draws only if the answer is open, so a model that is switched off costs no number.
  bool Chance(double probability);

 private:
  std::array<std::uint64_t, 4> state_;
};

// A good 64-bit mixer (the finalizer of splitmix64), for seeds and patterns.
constexpr std::uint64_t Mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace mptcpp::sim
