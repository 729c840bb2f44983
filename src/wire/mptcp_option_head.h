// SPDX-License-Identifier: Apache-2.0
// The three bytes that every MPTCP option begins with, for the parsers and writers of this room.
//
//  +---------------+---------------+-------+-----------------------+
//  |     Kind=30   |    Length     |Subtype|                       |
//  +---------------+---------------+-------+                       |
//  |                     Subtype-specific data                     |
//  +---------------------------------------------------------------+   (RFC 8684 section 3)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/endian.h"
#include "wire/mptcp_subtype.h"

namespace mptcpp::wire {

// True if `option` is a whole option of this subtype: parsers stay safe even if a caller skipped the walk.
inline bool HasMptcpHead(std::span<const std::byte> option, MptcpSubtype subtype) {
  return option.size() >= 3 && Load8(option.data()) == kMptcpKind && Load8(option.data() + 1) == option.size() &&
         SubtypeOf(option) == subtype;
}

// The low nibble of byte 2: version, flags or reserved bits.
inline std::uint8_t LowNibble(std::span<const std::byte> option) { return Load8(option.data() + 2) & 0x0f; }

// Writes kind, length and subtype with the given low nibble. False, and nothing written, if the option does not fit.
inline bool WriteMptcpHead(std::span<std::byte> out, std::size_t length, MptcpSubtype subtype, std::uint8_t low_nibble) {
  if (out.size() < length) return false;
  Store8(out.data(), kMptcpKind);
  Store8(out.data() + 1, static_cast<std::uint8_t>(length));
  Store8(out.data() + 2, static_cast<std::uint8_t>((static_cast<unsigned>(subtype) << 4) | (low_nibble & 0x0fu)));
  return true;
}

}  // namespace mptcpp::wire
