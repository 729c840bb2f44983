// SPDX-License-Identifier: Apache-2.0
// ADD_ADDR and REMOVE_ADDR (RFC 8684 3.4.1, 3.4.2), and MP_PRIO (3.3.8).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "base/units.h"

namespace mptcpp::wire {

struct AddAddr {
  bool echo = false;
  AddressId address_id{};
  IpAddress address{};
  std::optional<std::uint16_t> port = std::nullopt;
  std::uint64_t truncated_hmac = 0;  // rightmost 64 bits; only without echo
  friend bool operator==(const AddAddr&, const AddAddr&) = default;
};

struct RemoveAddr {
  static constexpr std::size_t kMaxIds = 8;  // longer lists are cut here, as Linux does
  std::uint8_t count = 0;
  std::array<AddressId, kMaxIds> ids{};
  friend bool operator==(const RemoveAddr&, const RemoveAddr&) = default;
};

struct MpPrio {
  bool backup = false;
  friend bool operator==(MpPrio, MpPrio) = default;
};

std::optional<AddAddr> ParseAddAddr(std::span<const std::byte> option);
std::size_t WriteAddAddr(std::span<std::byte> out, const AddAddr& option);
std::size_t AddAddrLength(const AddAddr& option);
std::optional<RemoveAddr> ParseRemoveAddr(std::span<const std::byte> option);
std::size_t WriteRemoveAddr(std::span<std::byte> out, const RemoveAddr& option);
// Version 1 only: 3 bytes; the 4-byte form of version 0 is not honoured (RFC 8684 appendix E).
std::optional<MpPrio> ParseMpPrio(std::span<const std::byte> option);
std::size_t WriteMpPrio(std::span<std::byte> out, MpPrio option);

}  // namespace mptcpp::wire
