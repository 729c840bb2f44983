// SPDX-License-Identifier: Apache-2.0
#include "sim/random_stream.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace mptcpp::sim {

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325 ^ Mix64(seed);
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  for (auto& word : state_) word = hash = Mix64(hash);
}

std::uint64_t RandomStream::Next() {
  const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

void RandomStream::Fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const std::uint64_t value = Next();
    const std::size_t n = std::min(out.size(), sizeof value);
    std::memcpy(out.data(), &value, n);
    out = out.subspan(n);
  }
}

double RandomStream::Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

std::uint64_t RandomStream::Below(std::uint64_t bound) {
  // Multiply-shift: a bias of bound / 2^64 does not matter here.
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
}

Duration RandomStream::UniformDuration(Duration most) {
  if (most <= Duration::Zero()) return Duration::Zero();
  return Duration::Nanos(static_cast<std::int64_t>(Below(static_cast<std::uint64_t>(most.nanos()) + 1)));
}

bool RandomStream::Chance(double probability) {
  if (probability <= 0) return false;
  return probability >= 1 || Uniform() < probability;
}

}  // namespace mptcpp::sim
