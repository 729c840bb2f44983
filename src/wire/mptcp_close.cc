// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_close.h"

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kLongLength = 12;  // MP_FAIL and MP_FASTCLOSE: one 64-bit number
constexpr std::size_t kTcpRstLength = 4;
constexpr std::uint8_t kTransient = 0x01;

// MP_FAIL and MP_FASTCLOSE have one shape: 12 reserved bits, then 64 bits.
std::optional<std::uint64_t> ParseLong(std::span<const std::byte> option, MptcpSubtype subtype) {
  if (option.size() != kLongLength || !HasMptcpHead(option, subtype)) return std::nullopt;
  return Load64(option.data() + 4);
}

std::size_t WriteLong(std::span<std::byte> out, MptcpSubtype subtype, std::uint64_t value) {
  if (!WriteMptcpHead(out, kLongLength, subtype, 0)) return 0;
  Store8(out.data() + 3, 0);
  Store64(out.data() + 4, value);
  return kLongLength;
}

}  // namespace

const char* ToString(ResetReason reason) {
  switch (reason) {
    case ResetReason::kUnspecified: return "unspecified";
    case ResetReason::kMptcpError: return "MPTCP-specific error";
    case ResetReason::kNoResources: return "lack of resources";
    case ResetReason::kProhibited: return "administratively prohibited";
    case ResetReason::kTooMuchData: return "too much outstanding data";
    case ResetReason::kBadPerformance: return "unacceptable performance";
    case ResetReason::kMiddlebox: return "middlebox interference";
  }
  return "unspecified";
}

//  +---------------+---------------+-------+----------------------+
//  |     Kind      |   Length=12   |Subtype|      (reserved)      |
//  +---------------+---------------+-------+----------------------+
//  |                 Data Sequence Number (8 octets)              |
//  |                                                              |
//  +--------------------------------------------------------------+   (RFC 8684 3.7, figure 16)
std::optional<MpFail> ParseMpFail(std::span<const std::byte> option) {
  const auto value = ParseLong(option, MptcpSubtype::kFail);
  return value ? std::optional(MpFail{Dsn(*value)}) : std::nullopt;
}

std::size_t WriteMpFail(std::span<std::byte> out, MpFail option) { return WriteLong(out, MptcpSubtype::kFail, option.dsn.value()); }

//  +---------------+---------------+-------+-----------------------+
//  |     Kind      |    Length     |Subtype|      (reserved)       |
//  +---------------+---------------+-------+-----------------------+
//  |                      Option Receiver's Key                    |
//  |                            (64 bits)                          |
//  +---------------------------------------------------------------+   (RFC 8684 3.5, figure 14)
std::optional<MpFastclose> ParseMpFastclose(std::span<const std::byte> option) {
  const auto value = ParseLong(option, MptcpSubtype::kFastclose);
  return value ? std::optional(MpFastclose{*value}) : std::nullopt;
}

std::size_t WriteMpFastclose(std::span<std::byte> out, MpFastclose option) {
  return WriteLong(out, MptcpSubtype::kFastclose, option.receiver_key);
}

//  +---------------+---------------+-------+-------+---------------+
//  |     Kind      |   Length=4    |Subtype|U|V|W|T|    Reason     |
//  +---------------+---------------+-------+-------+---------------+   (RFC 8684 3.6, figure 15)
std::optional<MpTcpRst> ParseMpTcpRst(std::span<const std::byte> option) {
  if (option.size() != kTcpRstLength || !HasMptcpHead(option, MptcpSubtype::kTcpRst)) return std::nullopt;
  const std::uint8_t reason = Load8(option.data() + 3);
  const bool assigned = reason <= static_cast<std::uint8_t>(ResetReason::kMiddlebox);
  return MpTcpRst{.transient = (LowNibble(option) & kTransient) != 0,
                  .reason = assigned ? static_cast<ResetReason>(reason) : ResetReason::kUnspecified};
}

std::size_t WriteMpTcpRst(std::span<std::byte> out, MpTcpRst option) {
  if (!WriteMptcpHead(out, kTcpRstLength, MptcpSubtype::kTcpRst, option.transient ? kTransient : 0)) return 0;
  Store8(out.data() + 3, static_cast<std::uint8_t>(option.reason));
  return kTcpRstLength;
}

}  // namespace mptcpp::wire
