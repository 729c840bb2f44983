// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_add_addr.h"

#include <algorithm>
#include <cstring>

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kAddAddrFixed = 4;
constexpr std::size_t kPortLength = 2;
constexpr std::size_t kHmacLength = 8;
constexpr std::size_t kRemoveAddrFixed = 3;
constexpr std::size_t kPrioLength = 3;
constexpr std::uint8_t kEcho = 0x01;
constexpr std::uint8_t kBackup = 0x01;

// What is between the fixed part and the HMAC says family and port: 4 or 16 bytes, plus 2.
struct AddressForm {
  std::size_t address_length;
  bool has_port;
};

std::optional<AddressForm> FormOf(std::size_t length) {
  switch (length) {
    case 4: return AddressForm{4, false};
    case 4 + kPortLength: return AddressForm{4, true};
    case 16: return AddressForm{16, false};
    case 16 + kPortLength: return AddressForm{16, true};
    default: return std::nullopt;
  }
}

}  // namespace

//  +---------------+---------------+-------+-------+---------------+
//  |     Kind      |     Length    |Subtype|(rsv)|E|  Address ID   |
//  +---------------+---------------+-------+-------+---------------+
//  |           Address (IPv4: 4 octets / IPv6: 16 octets)          |
//  +-------------------------------+-------------------------------+
//  |   Port (2 octets, optional)   |                               |
//  +-------------------------------+                               |
//  |                Truncated HMAC (8 octets, if E=0)              |
//  |                               +-------------------------------+
//  |                               |                                   (RFC 8684 3.4.1, figure 12)
//  +-------------------------------+
std::optional<AddAddr> ParseAddAddr(std::span<const std::byte> option) {
  if (!HasMptcpHead(option, MptcpSubtype::kAddAddr)) return std::nullopt;
  const bool echo = (LowNibble(option) & kEcho) != 0;
  const std::size_t around = kAddAddrFixed + (echo ? 0 : kHmacLength);
  if (option.size() < around) return std::nullopt;
  const auto form = FormOf(option.size() - around);
  if (!form) return std::nullopt;

  AddAddr result;
  result.echo = echo;
  result.address_id = AddressId(Load8(option.data() + 3));
  result.address = IpAddress::FromBytes(option.subspan(kAddAddrFixed, form->address_length));
  const std::byte* p = option.data() + kAddAddrFixed + form->address_length;
  if (form->has_port) {
    result.port = Load16(p);
    p += kPortLength;
  }
  if (!echo) result.truncated_hmac = Load64(p);
  return result;
}

std::size_t AddAddrLength(const AddAddr& option) {
  return kAddAddrFixed + option.address.bytes().size() + (option.port ? kPortLength : 0) + (option.echo ? 0 : kHmacLength);
}

std::size_t WriteAddAddr(std::span<std::byte> out, const AddAddr& option) {
  if (option.address.IsNone()) return 0;
  const std::size_t length = AddAddrLength(option);
  if (!WriteMptcpHead(out, length, MptcpSubtype::kAddAddr, option.echo ? kEcho : 0)) return 0;
  Store8(out.data() + 3, option.address_id.value());
  const auto address = option.address.bytes();
  std::memcpy(out.data() + kAddAddrFixed, address.data(), address.size());
  std::byte* p = out.data() + kAddAddrFixed + address.size();
  if (option.port) {
    Store16(p, *option.port);
    p += kPortLength;
  }
  if (!option.echo) Store64(p, option.truncated_hmac);
  return length;
}

//  +---------------+---------------+-------+-------+---------------+
//  |     Kind      |Length = 3 + n |Subtype|(resvd)|   Address ID  | ...
//  +---------------+---------------+-------+-------+---------------+   (RFC 8684 3.4.2, figure 13)
std::optional<RemoveAddr> ParseRemoveAddr(std::span<const std::byte> option) {
  if (!HasMptcpHead(option, MptcpSubtype::kRemoveAddr) || option.size() <= kRemoveAddrFixed) return std::nullopt;
  RemoveAddr result;
  result.count = static_cast<std::uint8_t>(std::min(option.size() - kRemoveAddrFixed, RemoveAddr::kMaxIds));
  for (std::size_t i = 0; i < result.count; ++i) result.ids[i] = AddressId(Load8(option.data() + kRemoveAddrFixed + i));
  return result;
}

std::size_t WriteRemoveAddr(std::span<std::byte> out, const RemoveAddr& option) {
  const std::size_t count = std::min<std::size_t>(option.count, RemoveAddr::kMaxIds);
  if (count == 0 || !WriteMptcpHead(out, kRemoveAddrFixed + count, MptcpSubtype::kRemoveAddr, 0)) return 0;
  for (std::size_t i = 0; i < count; ++i) Store8(out.data() + kRemoveAddrFixed + i, option.ids[i].value());
  return kRemoveAddrFixed + count;
}

//  +---------------+---------------+-------+-----+-+
//  |     Kind      |     Length    |Subtype|(rsv)|B|
//  +---------------+---------------+-------+-----+-+   (RFC 8684 3.3.8, figure 11)
std::optional<MpPrio> ParseMpPrio(std::span<const std::byte> option) {
  if (!HasMptcpHead(option, MptcpSubtype::kPrio) || option.size() != kPrioLength) return std::nullopt;
  return MpPrio{.backup = (LowNibble(option) & kBackup) != 0};
}

std::size_t WriteMpPrio(std::span<std::byte> out, MpPrio option) {
  return WriteMptcpHead(out, kPrioLength, MptcpSubtype::kPrio, option.backup ? kBackup : 0) ? kPrioLength : 0;
}

}  // namespace mptcpp::wire
