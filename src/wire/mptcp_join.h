// SPDX-License-Identifier: Apache-2.0
// MP_JOIN (RFC 8684 3.2): adds a subflow. Three forms, told apart by length: 12 SYN, 16 SYN/ACK, 24 third ACK.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/units.h"

namespace mptcpp::wire {

struct MpJoinSyn {
  bool backup = false;
  AddressId address_id{};
  Token receiver_token{};
  std::uint32_t nonce = 0;
  friend bool operator==(const MpJoinSyn&, const MpJoinSyn&) = default;
};

struct MpJoinSynAck {
  bool backup = false;
  AddressId address_id{};
  std::uint64_t truncated_hmac = 0;  // leftmost 64 bits
  std::uint32_t nonce = 0;
  friend bool operator==(const MpJoinSynAck&, const MpJoinSynAck&) = default;
};

struct MpJoinAck {
  std::array<std::byte, 20> hmac{};  // leftmost 160 bits
  friend bool operator==(const MpJoinAck&, const MpJoinAck&) = default;
};

std::optional<MpJoinSyn> ParseMpJoinSyn(std::span<const std::byte> option);
std::optional<MpJoinSynAck> ParseMpJoinSynAck(std::span<const std::byte> option);
std::optional<MpJoinAck> ParseMpJoinAck(std::span<const std::byte> option);
std::size_t WriteMpJoinSyn(std::span<std::byte> out, const MpJoinSyn& option);
std::size_t WriteMpJoinSynAck(std::span<std::byte> out, const MpJoinSynAck& option);
std::size_t WriteMpJoinAck(std::span<std::byte> out, const MpJoinAck& option);

}  // namespace mptcpp::wire
