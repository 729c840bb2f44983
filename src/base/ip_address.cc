// SPDX-License-Identifier: Apache-2.0
#include "base/ip_address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace mptcpp {

IpAddress IpAddress::FromBytes(std::span<const std::byte> bytes) {
  IpAddress ip;
  if (bytes.size() != 4 && bytes.size() != 16) return ip;
  std::memcpy(ip.bytes_.data(), bytes.data(), bytes.size());
  ip.family_ = bytes.size() == 4 ? IpFamily::kV4 : IpFamily::kV6;
  return ip;
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  // inet_pton is text handling, not I/O: the inner ring may use it.
  const std::string copy(text);
  IpAddress ip;
  if (inet_pton(AF_INET, copy.c_str(), ip.bytes_.data()) == 1) {
    ip.family_ = IpFamily::kV4;
    return ip;
  }
  if (inet_pton(AF_INET6, copy.c_str(), ip.bytes_.data()) == 1) {
    ip.family_ = IpFamily::kV6;
    return ip;
  }
  return std::nullopt;
}

IpAddress IpAddress::AnyV6() {
  IpAddress ip;
  ip.family_ = IpFamily::kV6;
  return ip;
}

bool IpAddress::IsUnspecified() const {
  for (const std::uint8_t byte : bytes_) {
    if (byte != 0) return false;
  }
  return true;
}

bool IpAddress::IsMulticast() const {
  if (IsV4()) return (bytes_[0] & 0xf0) == 0xe0 || *this == V4(255, 255, 255, 255);
  return IsV6() && bytes_[0] == 0xff;
}

bool IpAddress::IsLoopback() const {
  if (IsV4()) return bytes_[0] == 127;
  static constexpr std::array<std::uint8_t, 16> kLoopback6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return IsV6() && bytes_ == kLoopback6;
}

std::span<const std::byte> IpAddress::bytes() const {
  const std::size_t length = IsV4() ? 4 : IsV6() ? 16 : 0;
  return std::as_bytes(std::span(bytes_)).first(length);
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "-";
  if (!IsNone()) inet_ntop(IsV4() ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

std::optional<SocketAddress> SocketAddress::Parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  const auto address = IpAddress::Parse(host);
  if (error != std::errc{} || end != port_text.data() + port_text.size() || !address) return std::nullopt;
  return SocketAddress{*address, port};
}

std::string SocketAddress::ToString() const {
  const std::string host = address.IsV6() ? "[" + address.ToString() + "]" : address.ToString();
  return host + ":" + std::to_string(port);
}

}  // namespace mptcpp

std::size_t std::hash<mptcpp::IpAddress>::operator()(const mptcpp::IpAddress& address) const noexcept {
  const auto bytes = address.bytes();
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}
