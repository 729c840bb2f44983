// SPDX-License-Identifier: Apache-2.0
#include "wire/checksum.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/endian.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint64_t kLow32 = 0xffff'ffff;
constexpr std::size_t kLanes = 8;  // 64 bytes a turn: four SSE2 or two AVX2 registers for each half

std::uint64_t Fold32(std::uint64_t sum) { return (sum & kLow32) + (sum >> 32); }

std::uint16_t Fold16(std::uint64_t sum) {
  sum = Fold32(Fold32(sum));
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>((sum & 0xffff) + (sum >> 16));
}

std::uint16_t Swap(std::uint16_t value) { return static_cast<std::uint16_t>(__builtin_bswap16(value)); }

// Takes the next word as it lies in memory and, if asked, stores it in the copy. Without a copy `to` stays null.
template <typename Word, bool kCopy>
inline Word Take(const std::byte*& from, std::byte*& to) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  if constexpr (kCopy) {
    std::memcpy(to, &word, sizeof word);
    to += sizeof word;
  }
  from += sizeof word;
  return word;
}

// What is left below one turn of the wide loop.
template <bool kCopy>
std::uint64_t NativeTail(const std::byte* from, std::size_t length, std::byte* to) {
  std::uint64_t sum = 0;
  for (std::size_t words = length / 8; words > 0; --words) {
    const auto word = Take<std::uint64_t, kCopy>(from, to);
    sum += (word & kLow32) + (word >> 32);
  }
  if (length & 4) sum += Take<std::uint32_t, kCopy>(from, to);
  if (length & 2) sum += Take<std::uint16_t, kCopy>(from, to);
  if (length & 1) {
    // The missing last byte counts as zero (RFC 1071 1).
    const std::uint64_t last = Take<std::uint8_t, kCopy>(from, to);
    sum += std::endian::native == std::endian::little ? last : last << 8;
  }
  return sum;
}

// The folded sum of 16-bit words in the machine's own order; swapping its bytes gives the sum of big-endian words
// (RFC 1071 2(B)). Both halves of a 64-bit word are added up apart, so that no carry is lost and every lane is independent
// of the others: the compiler makes vector additions of it.
template <bool kCopy>
std::uint16_t NativeSum(const std::byte* from, std::size_t length, std::byte* to) {
  // Headers are too short for the wide loop and should not pay for joining its lanes.
  if (length < kLanes * sizeof(std::uint64_t)) return Fold16(NativeTail<kCopy>(from, length, to));
  std::array<std::uint64_t, kLanes> low{};
  std::array<std::uint64_t, kLanes> high{};
  while (length >= sizeof low) {
    std::array<std::uint64_t, kLanes> words;
    std::memcpy(words.data(), from, sizeof words);
    if constexpr (kCopy) std::memcpy(to, from, sizeof words);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      low[lane] += words[lane] & kLow32;
      high[lane] += words[lane] >> 32;
    }
    from += sizeof words;
    if constexpr (kCopy) to += sizeof words;
    length -= sizeof words;
  }
  std::uint64_t sum = NativeTail<kCopy>(from, length, to);
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum += Fold32(low[lane]) + Fold32(high[lane]);
  return Fold16(sum);
}

// The contribution of a part, given its native sum: swapped into network order, and once more if it starts at an odd offset.
std::uint16_t InPlace(std::uint16_t native, bool odd) {
  constexpr bool kLittle = std::endian::native == std::endian::little;
  return kLittle != odd ? Swap(native) : native;
}

}  // namespace

void Checksum::Add(std::span<const std::byte> bytes) {
  sum_ += InPlace(NativeSum<false>(bytes.data(), bytes.size(), nullptr), odd_);
  odd_ ^= (bytes.size() & 1) != 0;
}

void Checksum::AddAndCopy(std::span<const std::byte> bytes, std::byte* to) {
  sum_ += InPlace(NativeSum<true>(bytes.data(), bytes.size(), to), odd_);
  odd_ ^= (bytes.size() & 1) != 0;
}

void Checksum::Append(const Checksum& next) {
  sum_ += odd_ ? Swap(next.Folded()) : next.Folded();
  odd_ ^= next.odd_;
}

void Checksum::Add16(std::uint16_t value) { sum_ += value; }

void Checksum::Add32(std::uint32_t value) { sum_ += (value >> 16) + (value & 0xffff); }

void Checksum::Add64(std::uint64_t value) {
  Add32(static_cast<std::uint32_t>(value >> 32));
  Add32(static_cast<std::uint32_t>(value));
}

std::uint16_t Checksum::Finish() const { return static_cast<std::uint16_t>(~Folded()); }

std::uint16_t Checksum::Folded() const { return Fold16(sum_); }

Checksum PseudoHeader(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol, std::uint32_t length) {
  Checksum sum;
  sum.Add(source.bytes());
  sum.Add(destination.bytes());
  sum.Add16(protocol);
  sum.Add32(length);
  return sum;
}

Checksum DssPseudoHeader(Dsn dsn, std::uint32_t subflow_seq, std::uint16_t length) {
  Checksum sum;
  sum.Add64(dsn.value());
  sum.Add32(subflow_seq);
  sum.Add16(length);
  return sum;
}

}  // namespace mptcpp::wire
