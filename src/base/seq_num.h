// SPDX-License-Identifier: Apache-2.0
// Sequence numbers: SeqNum is TCP's, 32 bits, and wraps; Dsn is the data sequence number of RFC 8684, 64 bits.
// Neither has operator<: "smaller" means nothing on a circle. Ask Before(), InWindow() or DistanceFrom().
// WidenDsn() is the only door from 32 to 64 bits.
#pragma once

#include <cstdint>
#include <optional>

namespace mptcpp {

// A TCP sequence number (RFC 9293 3.4).
class SeqNum {
 public:
  constexpr SeqNum() = default;
  constexpr explicit SeqNum(std::uint32_t value) : value_(value) {}

  constexpr std::uint32_t value() const { return value_; }

  // True if this number lies in the half circle before `other`. Exactly opposite numbers: false both ways round is not
  // possible in 32-bit arithmetic; the caller keeps windows below 2^31 (RFC 7323 2.3).
  constexpr bool Before(SeqNum other) const { return static_cast<std::int32_t>(value_ - other.value_) < 0; }
  constexpr bool AtOrBefore(SeqNum other) const { return static_cast<std::int32_t>(value_ - other.value_) <= 0; }
  constexpr bool After(SeqNum other) const { return other.Before(*this); }
  constexpr bool AtOrAfter(SeqNum other) const { return other.AtOrBefore(*this); }
  // True if start <= this < start + length on the circle.
  constexpr bool InWindow(SeqNum start, std::uint32_t length) const { return value_ - start.value_ < length; }
  // Bytes from `origin` up to this number, going forward: 0 .. 2^32 - 1.
  constexpr std::uint32_t DistanceFrom(SeqNum origin) const { return value_ - origin.value_; }

  constexpr SeqNum operator+(std::uint32_t n) const { return SeqNum(value_ + n); }
  constexpr SeqNum operator-(std::uint32_t n) const { return SeqNum(value_ - n); }
  constexpr SeqNum& operator+=(std::uint32_t n) { value_ += n; return *this; }
  friend constexpr bool operator==(SeqNum, SeqNum) = default;

 private:
  std::uint32_t value_ = 0;
};

constexpr SeqNum Later(SeqNum a, SeqNum b) { return a.Before(b) ? b : a; }
constexpr SeqNum Earlier(SeqNum a, SeqNum b) { return a.Before(b) ? a : b; }

// A data sequence number (RFC 8684 3.3): absolute, 64 bits, one per byte of the connection's stream, plus one each for the
// MP_CAPABLE SYN and the DATA_FIN.
class Dsn {
 public:
  constexpr Dsn() = default;
  constexpr explicit Dsn(std::uint64_t value) : value_(value) {}

  constexpr std::uint64_t value() const { return value_; }
  constexpr std::uint32_t low32() const { return static_cast<std::uint32_t>(value_); }

  constexpr bool Before(Dsn other) const { return static_cast<std::int64_t>(value_ - other.value_) < 0; }
  constexpr bool AtOrBefore(Dsn other) const { return static_cast<std::int64_t>(value_ - other.value_) <= 0; }
  constexpr bool After(Dsn other) const { return other.Before(*this); }
  constexpr bool AtOrAfter(Dsn other) const { return other.AtOrBefore(*this); }
  constexpr bool InWindow(Dsn start, std::uint64_t length) const { return value_ - start.value_ < length; }
  constexpr std::uint64_t DistanceFrom(Dsn origin) const { return value_ - origin.value_; }

  constexpr Dsn operator+(std::uint64_t n) const { return Dsn(value_ + n); }
  constexpr Dsn operator-(std::uint64_t n) const { return Dsn(value_ - n); }
  constexpr Dsn& operator+=(std::uint64_t n) { value_ += n; return *this; }
  friend constexpr bool operator==(Dsn, Dsn) = default;

 private:
  std::uint64_t value_ = 0;
};

constexpr Dsn Later(Dsn a, Dsn b) { return a.Before(b) ? b : a; }
constexpr Dsn Earlier(Dsn a, Dsn b) { return a.Before(b) ? a : b; }

// The 64-bit number with these low 32 bits that is nearest to `reference` (RFC 8684 3.3.1: the high half is raised only when
// the low half wraps forward, never because an old, reordered number arrives). nullopt when both neighbours are equally far
// (distance exactly 2^31): ambiguous, the caller drops the option.
constexpr std::optional<Dsn> WidenDsn(std::uint32_t low32, Dsn reference) {
  const auto delta = static_cast<std::int32_t>(low32 - reference.low32());
  if (delta == INT32_MIN) return std::nullopt;
  return Dsn(reference.value() + static_cast<std::uint64_t>(static_cast<std::int64_t>(delta)));
}

}  // namespace mptcpp
