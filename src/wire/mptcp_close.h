// SPDX-License-Identifier: Apache-2.0
// The options that end or degrade: MP_FAIL (RFC 8684 3.7), MP_FASTCLOSE (3.5), MP_TCPRST (3.6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/seq_num.h"

namespace mptcpp::wire {

struct MpFail {
  Dsn dsn{};  // start of the mapping that failed; always 64 bits
  friend bool operator==(MpFail, MpFail) = default;
};

struct MpFastclose {
  std::uint64_t receiver_key = 0;  // the key of the host that receives the option
  friend bool operator==(MpFastclose, MpFastclose) = default;
};

// IANA "MPTCP MP_TCPRST Reason Codes"; an unassigned code is parsed as kUnspecified.
enum class ResetReason : std::uint8_t {
  kUnspecified = 0x00,
  kMptcpError = 0x01,
  kNoResources = 0x02,
  kProhibited = 0x03,
  kTooMuchData = 0x04,
  kBadPerformance = 0x05,
  kMiddlebox = 0x06,
};
// "middlebox interference" and so on, for people.
const char* ToString(ResetReason reason);

struct MpTcpRst {
  bool transient = false;  // T
  ResetReason reason = ResetReason::kUnspecified;
  friend bool operator==(MpTcpRst, MpTcpRst) = default;
};

std::optional<MpFail> ParseMpFail(std::span<const std::byte> option);
std::size_t WriteMpFail(std::span<std::byte> out, MpFail option);
std::optional<MpFastclose> ParseMpFastclose(std::span<const std::byte> option);
std::size_t WriteMpFastclose(std::span<std::byte> out, MpFastclose option);
std::optional<MpTcpRst> ParseMpTcpRst(std::span<const std::byte> option);
std::size_t WriteMpTcpRst(std::span<std::byte> out, MpTcpRst option);

}  // namespace mptcpp::wire
