// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_v0_add_addr.h"

#include <cstring>

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kFixed = 4;
constexpr std::size_t kPortLength = 2;

std::size_t AddressLength(std::uint8_t ip_version) { return ip_version == 4 ? 4 : ip_version == 6 ? 16 : 0; }

}  // namespace

//  +---------------+---------------+-------+-------+---------------+
//  |     Kind      |     Length    |Subtype| IPVer |  Address ID   |
//  +---------------+---------------+-------+-------+---------------+
//  |          Address (IPv4 - 4 octets / IPv6 - 16 octets)         |
//  +-------------------------------+-------------------------------+
//  |   Port (2 octets, optional)   |
//  +-------------------------------+                                   (RFC 6824 3.4.1, figure 12)
std::optional<AddAddrV0> ParseAddAddrV0(std::span<const std::byte> option) {
  if (!HasMptcpHead(option, MptcpSubtype::kAddAddr) || option.size() < kFixed) return std::nullopt;
  const std::size_t address = AddressLength(LowNibble(option));
  const std::size_t rest = option.size() - kFixed;
  if (address == 0 || (rest != address && rest != address + kPortLength)) return std::nullopt;
  AddAddrV0 result;
  result.address_id = AddressId(Load8(option.data() + 3));
  result.address = IpAddress::FromBytes(option.subspan(kFixed, address));
  if (rest > address) result.port = Load16(option.data() + kFixed + address);
  return result;
}

std::size_t WriteAddAddrV0(std::span<std::byte> out, const AddAddrV0& option) {
  if (option.address.IsNone()) return 0;
  const auto address = option.address.bytes();
  const std::size_t length = kFixed + address.size() + (option.port ? kPortLength : 0);
  if (!WriteMptcpHead(out, length, MptcpSubtype::kAddAddr, option.address.IsV4() ? 4 : 6)) return 0;
  Store8(out.data() + 3, option.address_id.value());
  std::memcpy(out.data() + kFixed, address.data(), address.size());
  if (option.port) Store16(out.data() + kFixed + address.size(), *option.port);
  return length;
}

}  // namespace mptcpp::wire
