// SPDX-License-Identifier: Apache-2.0
// Bytes, rates and ids. Bytes counts windows, buffers and totals; the length of one segment stays a plain uint32_t.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

#include "base/time.h"

namespace mptcpp {

// A signed number of bytes: differences of windows may be negative.
class Bytes {
 public:
  constexpr Bytes() = default;
  constexpr explicit Bytes(std::int64_t count) : count_(count) {}
  static constexpr Bytes KiB(std::int64_t n) { return Bytes(n * 1024); }
  static constexpr Bytes MiB(std::int64_t n) { return Bytes(n * 1024 * 1024); }
  static constexpr Bytes Infinite() { return Bytes(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t count() const { return count_; }

  constexpr Bytes operator+(Bytes o) const { return Bytes(count_ + o.count_); }
  constexpr Bytes operator-(Bytes o) const { return Bytes(count_ - o.count_); }
  constexpr Bytes operator*(std::int64_t n) const { return Bytes(count_ * n); }
  constexpr Bytes operator/(std::int64_t n) const { return Bytes(count_ / n); }
  constexpr std::int64_t operator/(Bytes o) const { return count_ / o.count_; }
  constexpr Bytes& operator+=(Bytes o) { count_ += o.count_; return *this; }
  constexpr Bytes& operator-=(Bytes o) { count_ -= o.count_; return *this; }
  friend constexpr auto operator<=>(Bytes, Bytes) = default;

 private:
  std::int64_t count_ = 0;
};

constexpr Bytes Smaller(Bytes a, Bytes b) { return a < b ? a : b; }
constexpr Bytes Larger(Bytes a, Bytes b) { return a < b ? b : a; }

// A data rate. Stored in bytes per second; zero means "none", Infinite() "unlimited".
class Rate {
 public:
  constexpr Rate() = default;
  static constexpr Rate BytesPerSecond(double n) { return Rate(n); }
  static constexpr Rate BitsPerSecond(double n) { return Rate(n / 8); }
  static constexpr Rate MegabitsPerSecond(double n) { return Rate(n * 125'000); }
  static constexpr Rate Infinite() { return Rate(std::numeric_limits<double>::infinity()); }
  // `bytes` in `time`; time must be positive.
  static constexpr Rate Per(Bytes bytes, Duration time) { return Rate(static_cast<double>(bytes.count()) / time.seconds()); }

  constexpr double bytes_per_second() const { return bytes_per_second_; }
  constexpr double bits_per_second() const { return bytes_per_second_ * 8; }
  constexpr bool IsInfinite() const { return bytes_per_second_ == std::numeric_limits<double>::infinity(); }
  constexpr bool IsZero() const { return bytes_per_second_ == 0; }
  // How long `bytes` take at this rate; Zero() when unlimited, Infinite() when the rate is zero.
  constexpr Duration TimeFor(Bytes bytes) const {
    if (IsInfinite()) return Duration::Zero();
    if (IsZero()) return Duration::Infinite();
    return Duration::SecondsF(static_cast<double>(bytes.count()) / bytes_per_second_);
  }
  // How much passes in `time`; Infinite() when that is more than can be counted.
  constexpr Bytes In(Duration time) const {
    const double bytes = bytes_per_second_ * time.seconds();
    return bytes < 9.2e18 ? Bytes(static_cast<std::int64_t>(bytes)) : Bytes::Infinite();
  }
  constexpr Rate operator*(double f) const { return Rate(bytes_per_second_ * f); }
  constexpr Rate operator+(Rate o) const { return Rate(bytes_per_second_ + o.bytes_per_second_); }
  friend constexpr auto operator<=>(Rate, Rate) = default;

 private:
  constexpr explicit Rate(double bytes_per_second) : bytes_per_second_(bytes_per_second) {}
  double bytes_per_second_ = 0;
};

// An id of one kind: ids of different kinds neither mix nor calculate.
template <typename Tag, typename Representation>
class StrongId {
 public:
  constexpr StrongId() = default;
  constexpr explicit StrongId(Representation value) : value_(value) {}
  constexpr Representation value() const { return value_; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Representation value_{};
};

// RFC 8684 3.2: names an address within one connection; 0 is the address of the first subflow.
using AddressId = StrongId<struct AddressIdTag, std::uint8_t>;
// RFC 8684 3.1: the 32 bits by which an MP_JOIN finds its connection.
using Token = StrongId<struct TokenTag, std::uint32_t>;

}  // namespace mptcpp
