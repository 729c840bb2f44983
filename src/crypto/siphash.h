// SPDX-License-Identifier: Apache-2.0
// SipHash (Aumasson, Bernstein 2012): a short keyed hash for tables that an attacker must not aim at, and for sequence numbers
// that he must not guess. SipHash<2, 4> is the authors' recommendation, SipHash<1, 3> the lighter form that hash tables use.
// Not a MAC for the wire: that is HMAC-SHA256 (crypto/keys.h).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace mptcpp::crypto {

template <int kCompressionRounds, int kFinalRounds>
class SipHash {
 public:
  // 16 bytes of key.
  explicit SipHash(std::span<const std::byte, 16> key) {
    const std::uint64_t k0 = LoadLittle(key.data(), 8);
    const std::uint64_t k1 = LoadLittle(key.data() + 8, 8);
    v_ = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};
  }

  std::uint64_t operator()(std::span<const std::byte> message) {
    std::size_t i = 0;
    for (; message.size() - i >= 8; i += 8) Compress(LoadLittle(message.data() + i, 8));
    Compress(LoadLittle(message.data() + i, message.size() - i) | (std::uint64_t{message.size()} << 56));
    v_[2] ^= 0xff;
    for (int round = 0; round < kFinalRounds; ++round) Round();
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  // Up to 8 bytes, the missing high ones zero.
  static std::uint64_t LoadLittle(const std::byte* from, std::size_t length) {
    std::array<std::byte, 8> bytes{};
    if (length != 0) std::memcpy(bytes.data(), from, length);
    const auto value = std::bit_cast<std::uint64_t>(bytes);
    return std::endian::native == std::endian::little ? value : __builtin_bswap64(value);
  }

  void Compress(std::uint64_t word) {
    v_[3] ^= word;
    for (int round = 0; round < kCompressionRounds; ++round) Round();
    v_[0] ^= word;
  }

  void Round() {
    v_[0] += v_[1]; v_[1] = std::rotl(v_[1], 13) ^ v_[0]; v_[0] = std::rotl(v_[0], 32);
    v_[2] += v_[3]; v_[3] = std::rotl(v_[3], 16) ^ v_[2];
    v_[0] += v_[3]; v_[3] = std::rotl(v_[3], 21) ^ v_[0];
    v_[2] += v_[1]; v_[1] = std::rotl(v_[1], 17) ^ v_[2]; v_[2] = std::rotl(v_[2], 32);
  }

  std::array<std::uint64_t, 4> v_;
};

}  // namespace mptcpp::crypto
