// SPDX-License-Identifier: Apache-2.0
// IPv4 and IPv6 addresses, address with port, and the 4-tuple that names a subflow (RFC 9293 4: both sockets).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mptcpp {

enum class IpFamily : std::uint8_t { kNone, kV4, kV6 };

class IpAddress {
 public:
  constexpr IpAddress() = default;
  static constexpr IpAddress V4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    IpAddress ip;
    ip.family_ = IpFamily::kV4;
    ip.bytes_[0] = a; ip.bytes_[1] = b; ip.bytes_[2] = c; ip.bytes_[3] = d;
    return ip;
  }
  // 4 bytes make an IPv4, 16 an IPv6 address, in network order; any other size is kNone.
  static IpAddress FromBytes(std::span<const std::byte> bytes);
  // "192.0.2.1" or "2001:db8::1" (no brackets, no zone).
  static std::optional<IpAddress> Parse(std::string_view text);
  static constexpr IpAddress AnyV4() { return V4(0, 0, 0, 0); }
  static IpAddress AnyV6();

  constexpr IpFamily family() const { return family_; }
  constexpr bool IsV4() const { return family_ == IpFamily::kV4; }
  constexpr bool IsV6() const { return family_ == IpFamily::kV6; }
  constexpr bool IsNone() const { return family_ == IpFamily::kNone; }
  // 0.0.0.0 or ::, or no address at all.
  bool IsUnspecified() const;
  bool IsMulticast() const;
  bool IsLoopback() const;
  // The 4 or 16 bytes in network order; empty for kNone.
  std::span<const std::byte> bytes() const;
  std::string ToString() const;

  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  IpFamily family_ = IpFamily::kNone;
};

struct SocketAddress {
  IpAddress address{};
  std::uint16_t port = 0;

  // "192.0.2.1:80" or "[2001:db8::1]:80".
  static std::optional<SocketAddress> Parse(std::string_view text);
  std::string ToString() const;
  friend constexpr auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

struct FourTuple {
  SocketAddress local{};
  SocketAddress remote{};
  friend constexpr auto operator<=>(const FourTuple&, const FourTuple&) = default;
};

}  // namespace mptcpp

template <>
struct std::hash<mptcpp::IpAddress> {
  std::size_t operator()(const mptcpp::IpAddress& address) const noexcept;
};
