// SPDX-License-Identifier: Apache-2.0
#include "stack/syn_cookie.h"

#include <array>

namespace mptcpp::stack {
namespace {

// Measured in the wild by others (RFC 9293 defaults, tunnels, PPPoE, Ethernet, jumbo frames).
constexpr std::array<std::uint16_t, 8> kMss = {216, 536, 1220, 1340, 1400, 1440, 1460, 8940};

constexpr std::uint32_t kMssBits = 3;
constexpr std::uint32_t kTailBits = kMssBits + 1;
constexpr std::uint32_t kTailMask = (1u << kTailBits) - 1;

constexpr std::uint32_t kNoScale = 0xf;
constexpr std::uint32_t kSackBit = 1u << 4;
constexpr std::uint32_t kEcnBit = 1u << 5;
constexpr std::uint32_t kOptionMask = 0x3f;

std::uint64_t PeriodOf(Instant now) { return static_cast<std::uint64_t>(now.nanos() / SynCookie::kPeriod.nanos()); }

SeqNum CookieFor(const crypto::Secret& secret, const FourTuple& tuple, SeqNum client_isn, std::uint64_t period,
                 std::uint32_t row) {
  const std::uint64_t hash =
      secret.Derive(crypto::Derivation::kSynCookie, tuple, client_isn.value(), (period << kMssBits) | row);
  const auto tail = static_cast<std::uint32_t>(period & 1) << kMssBits | row;
  return SeqNum((static_cast<std::uint32_t>(hash) & ~kTailMask) | tail);
}

}  // namespace

SeqNum SynCookie::Make(const crypto::Secret& secret, const FourTuple& tuple, SeqNum client_isn, std::uint32_t mss, Instant now) {
  std::uint32_t row = kMss.size() - 1;
  while (row > 0 && kMss[row] > mss) --row;
  return CookieFor(secret, tuple, client_isn, PeriodOf(now), row);
}

std::optional<std::uint16_t> SynCookie::Check(const crypto::Secret& secret, const FourTuple& tuple, SeqNum client_isn,
                                              SeqNum cookie, Instant now) {
  const std::uint32_t row = cookie.value() & ((1u << kMssBits) - 1);
  const std::uint32_t parity = (cookie.value() >> kMssBits) & 1;
  std::uint64_t period = PeriodOf(now);
  if ((period & 1) != parity) --period;
  if (CookieFor(secret, tuple, client_isn, period, row) != cookie) return std::nullopt;
  return kMss[row];
}

std::uint32_t CookieOptions::InTimestamp(std::uint32_t clock) const {
  const std::uint32_t bits = window_shift.value_or(kNoScale) | (sack ? kSackBit : 0) | (ecn ? kEcnBit : 0);
  std::uint32_t timestamp = (clock & ~kOptionMask) | bits;
  if (static_cast<std::int32_t>(timestamp - clock) > 0) timestamp -= kOptionMask + 1;
  return timestamp;
}

CookieOptions CookieOptions::FromTimestamp(std::uint32_t timestamp) {
  const std::uint32_t scale = timestamp & kNoScale;
  CookieOptions options{.sack = (timestamp & kSackBit) != 0, .ecn = (timestamp & kEcnBit) != 0};
  if (scale != kNoScale) options.window_shift = static_cast<std::uint8_t>(scale);
  return options;
}

}  // namespace mptcpp::stack
