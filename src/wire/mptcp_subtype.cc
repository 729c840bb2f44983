// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_subtype.h"

namespace mptcpp::wire {

MptcpSubtype SubtypeOf(std::span<const std::byte> option) {
  return static_cast<MptcpSubtype>(static_cast<std::uint8_t>(option[2]) >> 4);
}

}  // namespace mptcpp::wire
