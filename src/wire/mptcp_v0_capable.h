// SPDX-License-Identifier: Apache-2.0
// MP_CAPABLE of MPTCP version 0 (RFC 6824 3.1), as captures show it: unlike in version 1 the SYN carries the sender's key
// already, no form carries data parameters, and flag C is one of the algorithms. The stack reads and writes both versions through
// mptcp_capable.h, whose forms of 4, 12 and 20 bytes have the same layout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mptcpp::wire {

struct MpCapableV0Flags {
  bool checksum_required = false;  // A
  bool extensibility = false;      // B: sent as 0; version 0 drops a SYN that has it set (RFC 6824 3.1)
  std::uint8_t crypto = 0x01;      // C..H as the low six bits; 0x01 (H) is HMAC-SHA1, the only one assigned

  bool sha1() const { return (crypto & 0x01) != 0; }
  friend constexpr bool operator==(MpCapableV0Flags, MpCapableV0Flags) = default;
};

// 12 bytes on SYN and SYN/ACK, 20 on the third ACK.
struct MpCapableV0 {
  MpCapableV0Flags flags{};
  std::uint64_t sender_key = 0;
  std::optional<std::uint64_t> receiver_key = std::nullopt;  // 20
  friend bool operator==(const MpCapableV0&, const MpCapableV0&) = default;
};

// Version nibble 0 only.
std::optional<MpCapableV0> ParseMpCapableV0(std::span<const std::byte> option);
std::size_t WriteMpCapableV0(std::span<std::byte> out, const MpCapableV0& option);

}  // namespace mptcpp::wire
