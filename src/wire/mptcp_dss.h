// SPDX-License-Identifier: Apache-2.0
// DSS (RFC 8684 3.3): Data ACK, data sequence mapping and DATA_FIN, in every combination, with 4- or 8-byte numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/seq_num.h"

namespace mptcpp::wire {

// A number as it stood on the wire: 8 bytes, or the low 4 that the receiver widens (WidenDsn).
struct WireDsn {
  std::uint64_t value = 0;  // for 4 bytes only the low half is set
  bool is_64_bit = false;
  friend constexpr bool operator==(WireDsn, WireDsn) = default;
};

struct DssMapping {
  WireDsn dsn{};
  std::uint32_t subflow_seq = 0;            // relative: 1 is the first payload byte; 0 in a DATA_FIN without payload
  std::uint16_t length = 0;                 // data-level length, DATA_FIN included; 0 is the infinite mapping (3.7)
  std::optional<std::uint16_t> checksum = std::nullopt;    // present exactly if two more bytes were there
  friend bool operator==(const DssMapping&, const DssMapping&) = default;
};

struct Dss {
  std::optional<WireDsn> data_ack = std::nullopt;
  std::optional<DssMapping> mapping = std::nullopt;
  bool data_fin = false;
  friend bool operator==(const Dss&, const Dss&) = default;
};

// Flags decide the base length, two extra bytes decide the checksum; flags a without A and m without M are ignored.
std::optional<Dss> ParseDss(std::span<const std::byte> option);
std::size_t WriteDss(std::span<std::byte> out, const Dss& option);
// Bytes that WriteDss would need: 4 .. 28.
std::size_t DssLength(const Dss& option);

}  // namespace mptcpp::wire
