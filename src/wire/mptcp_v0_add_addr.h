// SPDX-License-Identifier: Apache-2.0
// ADD_ADDR of MPTCP version 0 (RFC 6824 3.4.1): the low nibble names the IP version, there is no HMAC and no echo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "base/units.h"

namespace mptcpp::wire {

struct AddAddrV0 {
  AddressId address_id{};
  IpAddress address{};
  std::optional<std::uint16_t> port = std::nullopt;
  friend bool operator==(const AddAddrV0&, const AddAddrV0&) = default;
};

// IPVer and length must agree: 8 or 10 bytes for IPv4, 20 or 22 for IPv6.
std::optional<AddAddrV0> ParseAddAddrV0(std::span<const std::byte> option);
std::size_t WriteAddAddrV0(std::span<std::byte> out, const AddAddrV0& option);

}  // namespace mptcpp::wire
