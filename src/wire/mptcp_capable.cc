// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_capable.h"

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint8_t kFlagChecksum = 0x80;
constexpr std::uint8_t kFlagExtensibility = 0x40;
constexpr std::uint8_t kFlagDenyJoin = 0x20;
constexpr std::uint8_t kCryptoMask = 0x1f;

MpCapableFlags DecodeFlags(std::uint8_t byte) {
  return {.checksum_required = (byte & kFlagChecksum) != 0,
          .extensibility = (byte & kFlagExtensibility) != 0,
          .deny_join_to_source = (byte & kFlagDenyJoin) != 0,
          .crypto = static_cast<std::uint8_t>(byte & kCryptoMask)};
}

std::uint8_t EncodeFlags(MpCapableFlags flags) {
  return static_cast<std::uint8_t>((flags.checksum_required ? kFlagChecksum : 0) | (flags.extensibility ? kFlagExtensibility : 0) |
                                   (flags.deny_join_to_source ? kFlagDenyJoin : 0) | (flags.crypto & kCryptoMask));
}

// Each field needs the ones before it, so the first absent one ends the option.
std::size_t LengthOf(const MpCapable& option) {
  if (!option.sender_key) return 4;
  if (!option.receiver_key) return 12;
  if (!option.data_length) return 20;
  return option.checksum ? 24 : 22;
}

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +---------------+---------------+-------+-------+---------------+
//  |     Kind      |    Length     |Subtype|Version|A|B|C|D|E|F|G|H|
//  +---------------+---------------+-------+-------+---------------+
//  |                   Option Sender's Key (64 bits)               |
//  |                     (if option Length > 4)                    |
//  +---------------------------------------------------------------+
//  |                  Option Receiver's Key (64 bits)              |
//  |                     (if option Length > 12)                   |
//  +-------------------------------+-------------------------------+
//  |  Data-Level Length (16 bits)  |  Checksum (16 bits, optional) |
//  +-------------------------------+-------------------------------+   (RFC 8684 3.1, figure 4)
std::optional<MpCapable> ParseMpCapable(std::span<const std::byte> option) {
  if (!HasMptcpHead(option, MptcpSubtype::kCapable)) return std::nullopt;
  const std::size_t length = option.size();
  if (length != 4 && length != 12 && length != 20 && length != 22 && length != 24) return std::nullopt;
  const std::byte* p = option.data();
  MpCapable result;
  result.version = LowNibble(option);
  result.flags = DecodeFlags(Load8(p + 3));
  if (length >= 12) result.sender_key = Load64(p + 4);
  if (length >= 20) result.receiver_key = Load64(p + 12);
  if (length >= 22) result.data_length = Load16(p + 20);
  if (length == 24) result.checksum = Load16(p + 22);
  return result;
}

std::size_t WriteMpCapable(std::span<std::byte> out, const MpCapable& option) {
  const std::size_t length = LengthOf(option);
  if (!WriteMptcpHead(out, length, MptcpSubtype::kCapable, option.version)) return 0;
  std::byte* p = out.data();
  Store8(p + 3, EncodeFlags(option.flags));
  if (length >= 12) Store64(p + 4, *option.sender_key);
  if (length >= 20) Store64(p + 12, *option.receiver_key);
  if (length >= 22) Store16(p + 20, *option.data_length);
  if (length == 24) Store16(p + 22, *option.checksum);
  return length;
}

}  // namespace mptcpp::wire
