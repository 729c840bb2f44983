// SPDX-License-Identifier: Apache-2.0
// One number for everything that crossed the edges of the hosts: equal seeds must give equal numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/time.h"

namespace mptcpp::sim {

class TraceHash {
 public:
  void Add(Instant at, std::string_view node, std::span<const std::byte> packet) {
    Add64(static_cast<std::uint64_t>(at.nanos()));
    AddBytes(std::as_bytes(std::span(node)));
    AddBytes(packet);
    ++packets_;
  }
  std::uint64_t value() const { return value_; }
  std::uint64_t packets() const { return packets_; }

 private:
  void Add64(std::uint64_t word) {
    value_ = Mixed(value_ ^ word);
  }
  static std::uint64_t Mixed(std::uint64_t word) {
    const auto product = static_cast<unsigned __int128>(word) * 0xd6e8feb86659fd93ull;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ 0x2545f4914f6cdd1d;
  }
  // Long packets in four lanes at once: one multiplication need not wait for the one before.
  void AddBytes(std::span<const std::byte> bytes) {
    Add64(bytes.size());
    if (bytes.size() >= 256) {
      std::array<std::uint64_t, 4> lanes{value_, value_ + 1, value_ + 2, value_ + 3};
      for (; bytes.size() >= 32; bytes = bytes.subspan(32)) {
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), bytes.data(), 32);
        for (std::size_t i = 0; i < 4; ++i) lanes[i] = Mixed(lanes[i] ^ words[i]);
      }
      for (const std::uint64_t lane : lanes) Add64(lane);
    }
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
      std::uint64_t word;
      std::memcpy(&word, bytes.data(), 8);
      Add64(word);
    }
    std::uint64_t tail = 0;
    if (!bytes.empty()) std::memcpy(&tail, bytes.data(), bytes.size());
    Add64(tail);
  }

  std::uint64_t value_ = 0x6a09e667f3bcc908;
  std::uint64_t packets_ = 0;
};

}  // namespace mptcpp::sim
