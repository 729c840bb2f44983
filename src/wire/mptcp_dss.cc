// SPDX-License-Identifier: Apache-2.0
#include "wire/mptcp_dss.h"

#include "wire/mptcp_option_head.h"

namespace mptcpp::wire {
namespace {

constexpr std::uint8_t kFlagDataFin = 0x10;  // F
constexpr std::uint8_t kFlagDsn8 = 0x08;     // m
constexpr std::uint8_t kFlagMapping = 0x04;  // M
constexpr std::uint8_t kFlagAck8 = 0x02;     // a
constexpr std::uint8_t kFlagAck = 0x01;      // A
constexpr std::size_t kFixedLength = 4;
constexpr std::size_t kChecksumLength = 2;

std::size_t AckLength(std::uint8_t flags) {
  if ((flags & kFlagAck) == 0) return 0;
  return (flags & kFlagAck8) != 0 ? 8 : 4;
}

// DSN, subflow sequence number and data-level length, without the checksum.
std::size_t MappingLength(std::uint8_t flags) {
  if ((flags & kFlagMapping) == 0) return 0;
  return ((flags & kFlagDsn8) != 0 ? 8u : 4u) + 4 + 2;
}

WireDsn LoadDsn(const std::byte* p, bool is_64_bit) { return {.value = is_64_bit ? Load64(p) : Load32(p), .is_64_bit = is_64_bit}; }

std::size_t StoreDsn(std::byte* p, WireDsn dsn) {
  if (dsn.is_64_bit) {
    Store64(p, dsn.value);
    return 8;
  }
  Store32(p, static_cast<std::uint32_t>(dsn.value));
  return 4;
}

std::uint8_t EncodeFlags(const Dss& option) {
  unsigned flags = option.data_fin ? kFlagDataFin : 0;
  if (option.data_ack) flags |= kFlagAck | (option.data_ack->is_64_bit ? kFlagAck8 : 0u);
  if (option.mapping) flags |= kFlagMapping | (option.mapping->dsn.is_64_bit ? kFlagDsn8 : 0u);
  return static_cast<std::uint8_t>(flags);
}

}  // namespace

//  +---------------+---------------+-------+----------------------+
//  |     Kind      |    Length     |Subtype| (reserved) |F|m|M|a|A|
//  +---------------+---------------+-------+----------------------+
//  |           Data ACK (4 or 8 octets, depending on flags)       |
//  +--------------------------------------------------------------+
//  |   Data Sequence Number (4 or 8 octets, depending on flags)   |
//  +--------------------------------------------------------------+
//  |              Subflow Sequence Number (4 octets)              |
//  +-------------------------------+------------------------------+
//  |  Data-Level Length (2 octets) |      Checksum (2 octets)     |
//  +-------------------------------+------------------------------+   (RFC 8684 3.3, figure 9)
std::optional<Dss> ParseDss(std::span<const std::byte> option) {
  if (option.size() < kFixedLength || !HasMptcpHead(option, MptcpSubtype::kDss)) return std::nullopt;
  const std::byte* p = option.data() + kFixedLength;
  const std::uint8_t flags = Load8(option.data() + 3);
  const std::size_t ack_length = AckLength(flags);
  const std::size_t mapping_length = MappingLength(flags);
  const std::size_t base = kFixedLength + ack_length + mapping_length;
  const bool has_checksum = mapping_length != 0 && option.size() == base + kChecksumLength;
  if (option.size() != base && !has_checksum) return std::nullopt;

  std::optional<Dss> result(std::in_place);
  result->data_fin = (flags & kFlagDataFin) != 0;
  if (ack_length != 0) result->data_ack = LoadDsn(p, ack_length == 8);
  if (mapping_length != 0) {
    p += ack_length;
    const bool is_64_bit = (flags & kFlagDsn8) != 0;
    DssMapping& mapping = result->mapping.emplace();
    mapping.dsn = LoadDsn(p, is_64_bit);
    p += is_64_bit ? 8 : 4;
    mapping.subflow_seq = Load32(p);
    mapping.length = Load16(p + 4);
    if (has_checksum) mapping.checksum = Load16(p + 6);
  }
  return result;
}

std::size_t DssLength(const Dss& option) {
  const std::uint8_t flags = EncodeFlags(option);
  const bool has_checksum = option.mapping && option.mapping->checksum;
  return kFixedLength + AckLength(flags) + MappingLength(flags) + (has_checksum ? kChecksumLength : 0);
}

std::size_t WriteDss(std::span<std::byte> out, const Dss& option) {
  const std::size_t length = DssLength(option);
  if (!WriteMptcpHead(out, length, MptcpSubtype::kDss, 0)) return 0;
  std::byte* p = out.data() + 3;
  Store8(p++, EncodeFlags(option));
  if (option.data_ack) p += StoreDsn(p, *option.data_ack);
  if (option.mapping) {
    p += StoreDsn(p, option.mapping->dsn);
    Store32(p, option.mapping->subflow_seq);
    Store16(p + 4, option.mapping->length);
    if (option.mapping->checksum) Store16(p + 6, *option.mapping->checksum);
  }
  return length;
}

}  // namespace mptcpp::wire
