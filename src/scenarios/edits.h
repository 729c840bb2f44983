// SPDX-License-Identifier: Apache-2.0
// What hosts that lie, and boxes that meddle, do to segments: small edits of one option or field.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scenarios/recorder.h"
#include "wire/mptcp_subtype.h"

namespace mptcpp::scenarios {

// Which segments an edit is for.
enum class At : std::uint8_t { kSyn, kSynAck, kOther, kAny };

// Flips a bit of byte `offset` of the option (0 is its kind).
Edit FlipBit(wire::MptcpSubtype subtype, At at, std::size_t offset);
// Sets byte `offset` of the option.
Edit SetByte(wire::MptcpSubtype subtype, At at, std::size_t offset, std::uint8_t value);
// Takes all MPTCP options off.
Edit RemoveMptcp(At at);
// Changes one letter of the payload of segments that have one.
Edit ChangePayload();
// The TCP sequence number moves by this much.
Edit MoveSequence(std::int32_t by, std::uint8_t flag);

}  // namespace mptcpp::scenarios
