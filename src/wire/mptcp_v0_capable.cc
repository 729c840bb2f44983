// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_v0_capable.h"

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint8_t kFlagChecksum = 0x80;
constexpr std::uint8_t kFlagExtensibility = 0x40;
constexpr std::uint8_t kCryptoMask = 0x3f;
constexpr std::size_t kOneKey = 12;
constexpr std::size_t kTwoKeys = 20;

}  // namespace

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +---------------+---------------+-------+-------+---------------+
//  |     Kind      |    Length     |Subtype|Version|A|B|C|D|E|F|G|H|
//  +---------------+---------------+-------+-------+---------------+
//  |                   Option Sender's Key (64 bits)               |
//  |                                                               |
//  +---------------------------------------------------------------+
//  |                  Option Receiver's Key (64 bits)              |
//  |                    (if option Length == 20)                   |
//  +---------------------------------------------------------------+   (RFC 6824 3.1, figure 4)
std::optional<MpCapableV0> ParseMpCapableV0(std::span<const std::byte> option) {
  if (!HasMptcpHead(option, MptcpSubtype::kCapable) || LowNibble(option) != 0) return std::nullopt;
  if (option.size() != kOneKey && option.size() != kTwoKeys) return std::nullopt;
  const std::byte* p = option.data();
  const std::uint8_t flags = Load8(p + 3);
  MpCapableV0 result;
  result.flags = {.checksum_required = (flags & kFlagChecksum) != 0,
                  .extensibility = (flags & kFlagExtensibility) != 0,
                  .crypto = static_cast<std::uint8_t>(flags & kCryptoMask)};
  result.sender_key = Load64(p + 4);
  if (option.size() == kTwoKeys) result.receiver_key = Load64(p + 12);
  return result;
}

std::size_t WriteMpCapableV0(std::span<std::byte> out, const MpCapableV0& option) {
  const std::size_t length = option.receiver_key ? kTwoKeys : kOneKey;
  if (!WriteMptcpHead(out, length, MptcpSubtype::kCapable, 0)) return 0;
  std::byte* p = out.data();
  Store8(p + 3,
         static_cast<std::uint8_t>((option.flags.checksum_required ? kFlagChecksum : 0) |
                                   (option.flags.extensibility ? kFlagExtensibility : 0) | (option.flags.crypto & kCryptoMask)));
  Store64(p + 4, option.sender_key);
  if (option.receiver_key) Store64(p + 12, *option.receiver_key);
  return length;
}

}  // namespace mptcpp::wire
