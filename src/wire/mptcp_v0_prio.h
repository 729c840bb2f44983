// SPDX-License-Identifier: Apache-2.0
// MP_PRIO of MPTCP version 0 (RFC 6824 3.3.8): may name an address, and then speaks of every subflow that uses it. Version 1
// took that away, because nothing protects such a message from being sent by somebody else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/units.h"

namespace mptcpp::wire {

struct MpPrioV0 {
  bool backup = false;
  std::optional<AddressId> address_id = std::nullopt;  // length 4; not given (length 3): the subflow that carries the option
  friend bool operator==(const MpPrioV0&, const MpPrioV0&) = default;
};

std::optional<MpPrioV0> ParseMpPrioV0(std::span<const std::byte> option);
std::size_t WriteMpPrioV0(std::span<std::byte> out, const MpPrioV0& option);

}  // namespace mptcpp::wire
