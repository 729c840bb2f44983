// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_v0_prio.h"

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kThisSubflow = 3;
constexpr std::size_t kWithAddress = 4;
constexpr std::uint8_t kBackup = 0x01;

}  // namespace

//  +---------------+---------------+-------+-----+-+--------------+
//  |     Kind      |     Length    |Subtype|     |B| AddrID (opt) |
//  +---------------+---------------+-------+-----+-+--------------+   (RFC 6824 3.3.8, figure 11)
std::optional<MpPrioV0> ParseMpPrioV0(std::span<const std::byte> option) {
  if (!HasMptcpHead(option, MptcpSubtype::kPrio)) return std::nullopt;
  if (option.size() != kThisSubflow && option.size() != kWithAddress) return std::nullopt;
  MpPrioV0 result{.backup = (LowNibble(option) & kBackup) != 0};
  if (option.size() == kWithAddress) result.address_id = AddressId(Load8(option.data() + 3));
  return result;
}

std::size_t WriteMpPrioV0(std::span<std::byte> out, const MpPrioV0& option) {
  const std::size_t length = option.address_id ? kWithAddress : kThisSubflow;
  if (!WriteMptcpHead(out, length, MptcpSubtype::kPrio, option.backup ? kBackup : 0)) return 0;
  if (option.address_id) Store8(out.data() + 3, option.address_id->value());
  return length;
}

}  // namespace mptcpp::wire
