// SPDX-License-Identifier: Apache-2.0
// Instants and durations, both 64-bit nanoseconds. There is no Now(): the inner ring is told the time, it never asks.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace mptcpp {

// A signed span of time, +-292 years.
class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration Nanos(std::int64_t n) { return Duration(n); }
  static constexpr Duration Micros(std::int64_t n) { return Duration(n * 1000); }
  static constexpr Duration Millis(std::int64_t n) { return Duration(n * 1'000'000); }
  static constexpr Duration Seconds(std::int64_t n) { return Duration(n * 1'000'000'000); }
  // What is out of range (or not a number) becomes Infinite() or its negative, never a wrapped number.
  static constexpr Duration SecondsF(double s) {
    if (!(s < kLimitSeconds)) return Infinite();
    return s > -kLimitSeconds ? Duration(static_cast<std::int64_t>(s * 1e9)) : -Infinite();
  }
  static constexpr Duration Zero() { return Duration(0); }
  static constexpr Duration Infinite() { return Duration(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t nanos() const { return nanos_; }
  constexpr std::int64_t micros() const { return nanos_ / 1000; }
  constexpr std::int64_t millis() const { return nanos_ / 1'000'000; }
  constexpr double seconds() const { return static_cast<double>(nanos_) * 1e-9; }
  constexpr bool IsInfinite() const { return *this == Infinite(); }
  constexpr bool IsZero() const { return nanos_ == 0; }

  constexpr Duration operator+(Duration o) const { return Duration(nanos_ + o.nanos_); }
  constexpr Duration operator-(Duration o) const { return Duration(nanos_ - o.nanos_); }
  constexpr Duration operator-() const { return Duration(-nanos_); }
  constexpr Duration operator*(std::int64_t n) const { return Duration(nanos_ * n); }
  constexpr Duration operator/(std::int64_t n) const { return Duration(nanos_ / n); }
  constexpr Duration& operator+=(Duration o) { nanos_ += o.nanos_; return *this; }
  friend constexpr auto operator<=>(Duration, Duration) = default;

 private:
  static constexpr double kLimitSeconds = 9.2e9;
  constexpr explicit Duration(std::int64_t n) : nanos_(n) {}
  std::int64_t nanos_ = 0;
};

// A point on a monotonic clock whose origin the caller chooses; only differences mean something.
class Instant {
 public:
  constexpr Instant() = default;
  static constexpr Instant FromNanos(std::int64_t n) { return Instant(n); }
  // "No deadline": later than every real instant.
  static constexpr Instant Infinite() { return Instant(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t nanos() const { return nanos_; }
  constexpr bool IsInfinite() const { return *this == Infinite(); }

  constexpr Instant operator+(Duration d) const {
    return IsInfinite() || d.IsInfinite() ? Infinite() : Instant(nanos_ + d.nanos());
  }
  constexpr Instant operator-(Duration d) const { return Instant(nanos_ - d.nanos()); }
  constexpr Duration operator-(Instant o) const { return Duration::Nanos(nanos_ - o.nanos_); }
  friend constexpr auto operator<=>(Instant, Instant) = default;

 private:
  constexpr explicit Instant(std::int64_t n) : nanos_(n) {}
  std::int64_t nanos_ = 0;
};

constexpr Instant Sooner(Instant a, Instant b) { return a < b ? a : b; }
constexpr Duration Shorter(Duration a, Duration b) { return a < b ? a : b; }
constexpr Duration Longer(Duration a, Duration b) { return a < b ? b : a; }

}  // namespace mptcpp
