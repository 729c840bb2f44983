// SPDX-License-Identifier: Apache-2.0
// MP_CAPABLE (RFC 8684 3.1): opens an MPTCP connection; its form follows from the packet and the length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mptcpp::wire {

struct MpCapableFlags {
  bool checksum_required = false;     // A
  bool extensibility = false;         // B: sent as 0; a receiver that meets 1 ignores the option
  bool deny_join_to_source = false;   // C: open no further subflow to my source address and port
  std::uint8_t crypto = 0x01;         // D..H as the low five bits; 0x01 (H) is HMAC-SHA256, the only one assigned

  bool sha256() const { return (crypto & 0x01) != 0; }
  friend constexpr bool operator==(MpCapableFlags, MpCapableFlags) = default;
};

// The forms by length: 4 SYN, 12 SYN/ACK, 20 third ACK, 22 and 24 with data.
struct MpCapable {
  std::uint8_t version = 1;
  MpCapableFlags flags{};
  std::optional<std::uint64_t> sender_key = std::nullopt;    // 12 and longer
  std::optional<std::uint64_t> receiver_key = std::nullopt;  // 20 and longer
  std::optional<std::uint16_t> data_length = std::nullopt;   // 22 and 24
  std::optional<std::uint16_t> checksum = std::nullopt;      // 24
  friend bool operator==(const MpCapable&, const MpCapable&) = default;
};

// Any version nibble is accepted here (the caller negotiates); lengths are those of version 1.
std::optional<MpCapable> ParseMpCapable(std::span<const std::byte> option);
std::size_t WriteMpCapable(std::span<std::byte> out, const MpCapable& option);

}  // namespace mptcpp::wire
