// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_join.h"

#include <cstring>

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kSynLength = 12;
constexpr std::size_t kSynAckLength = 16;
constexpr std::size_t kAckLength = 24;
constexpr std::uint8_t kBackup = 0x01;

bool IsJoin(std::span<const std::byte> option, std::size_t length) {
  return option.size() == length && HasMptcpHead(option, MptcpSubtype::kJoin);
}

}  // namespace

//  +---------------+---------------+-------+-----+-+---------------+
//  |     Kind      |  Length = 12  |Subtype|(rsv)|B|   Address ID  |
//  +---------------+---------------+-------+-----+-+---------------+
//  |                   Receiver's Token (32 bits)                  |
//  +---------------------------------------------------------------+
//  |                Sender's Random Number (32 bits)               |
//  +---------------------------------------------------------------+   (RFC 8684 3.2, figure 5)
std::optional<MpJoinSyn> ParseMpJoinSyn(std::span<const std::byte> option) {
  if (!IsJoin(option, kSynLength)) return std::nullopt;
  const std::byte* p = option.data();
  return MpJoinSyn{.backup = (LowNibble(option) & kBackup) != 0,
                   .address_id = AddressId(Load8(p + 3)),
                   .receiver_token = Token(Load32(p + 4)),
                   .nonce = Load32(p + 8)};
}

//  +---------------+---------------+-------+-----+-+---------------+
//  |     Kind      |  Length = 16  |Subtype|(rsv)|B|   Address ID  |
//  +---------------+---------------+-------+-----+-+---------------+
//  |                Sender's Truncated HMAC (64 bits)              |
//  |                                                               |
//  +---------------------------------------------------------------+
//  |                Sender's Random Number (32 bits)               |
//  +---------------------------------------------------------------+   (RFC 8684 3.2, figure 6)
std::optional<MpJoinSynAck> ParseMpJoinSynAck(std::span<const std::byte> option) {
  if (!IsJoin(option, kSynAckLength)) return std::nullopt;
  const std::byte* p = option.data();
  return MpJoinSynAck{.backup = (LowNibble(option) & kBackup) != 0,
                      .address_id = AddressId(Load8(p + 3)),
                      .truncated_hmac = Load64(p + 4),
                      .nonce = Load32(p + 12)};
}

//  +---------------+---------------+-------+-----------------------+
//  |     Kind      |  Length = 24  |Subtype|       (reserved)      |
//  +---------------+---------------+-------+-----------------------+
//  |                   Sender's HMAC (160 bits)                    |
//  :                                                               :
//  +---------------------------------------------------------------+   (RFC 8684 3.2, figure 7)
std::optional<MpJoinAck> ParseMpJoinAck(std::span<const std::byte> option) {
  if (!IsJoin(option, kAckLength)) return std::nullopt;
  MpJoinAck result;
  std::memcpy(result.hmac.data(), option.data() + 4, result.hmac.size());
  return result;
}

std::size_t WriteMpJoinSyn(std::span<std::byte> out, const MpJoinSyn& option) {
  if (!WriteMptcpHead(out, kSynLength, MptcpSubtype::kJoin, option.backup ? kBackup : 0)) return 0;
  Store8(out.data() + 3, option.address_id.value());
  Store32(out.data() + 4, option.receiver_token.value());
  Store32(out.data() + 8, option.nonce);
  return kSynLength;
}

std::size_t WriteMpJoinSynAck(std::span<std::byte> out, const MpJoinSynAck& option) {
  if (!WriteMptcpHead(out, kSynAckLength, MptcpSubtype::kJoin, option.backup ? kBackup : 0)) return 0;
  Store8(out.data() + 3, option.address_id.value());
  Store64(out.data() + 4, option.truncated_hmac);
  Store32(out.data() + 12, option.nonce);
  return kSynAckLength;
}

std::size_t WriteMpJoinAck(std::span<std::byte> out, const MpJoinAck& option) {
  if (!WriteMptcpHead(out, kAckLength, MptcpSubtype::kJoin, 0)) return 0;
  Store8(out.data() + 3, 0);
  std::memcpy(out.data() + 4, option.hmac.data(), option.hmac.size());
  return kAckLength;
}

}  // namespace mptcpp::wire
