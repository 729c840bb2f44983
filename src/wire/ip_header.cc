// SPDX-License-Identifier: Apache-2.0
#include "wire/ip_header.h"

#include <cstring>

#include "base/endian.h"
#include "wire/checksum.h"
#include "wire/ip6_extensions.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kIp4Header = 20;
constexpr std::size_t kIp6Header = 40;
constexpr std::uint8_t kHopLimit = 64;
constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kFragmentBits = 0x3fff;  // more fragments, and the offset
constexpr std::size_t kMaxLengthField = 0xffff;

//  +-------+-------+---------------+-------------------------------+
//  |Version|  IHL  |    DSCP   |ECN|          Total Length         |
//  +-------+-------+---------------+-----+-------------------------+
//  |         Identification        |Flags|      Fragment Offset    |
//  +---------------+---------------+-----+-------------------------+
//  |  Time to Live |    Protocol   |         Header Checksum       |
//  +---------------+---------------+-------------------------------+
//  |                       Source Address                          |
//  +---------------------------------------------------------------+
//  |                    Destination Address                        |
//  +---------------------------------------------------------------+   (RFC 791 3.1)
std::optional<IpView> ParseIp4(std::span<const std::byte> packet) {
  if (packet.size() < kIp4Header) return std::nullopt;
  const std::byte* p = packet.data();
  const std::size_t header_length = (Load8(p) & 0x0fu) * 4u;
  const std::size_t total_length = Load16(p + 2);
  if (header_length < kIp4Header || total_length < header_length || total_length > packet.size()) return std::nullopt;
  if ((Load16(p + 6) & kFragmentBits) != 0) return std::nullopt;
  Checksum sum;
  sum.Add(packet.first(header_length));
  if (!sum.IsIntact()) return std::nullopt;
  return IpView{.source = IpAddress::FromBytes(packet.subspan(12, 4)),
                .destination = IpAddress::FromBytes(packet.subspan(16, 4)),
                .protocol = Load8(p + 9),
                .ecn = static_cast<Ecn>(Load8(p + 1) & 3),
                .hop_limit = Load8(p + 8),
                .header_length = header_length,
                .payload = packet.subspan(header_length, total_length - header_length)};
}

//  +-------+---------------+---------------------------------------+
//  |Version| Traffic Class |              Flow Label               |
//  +-------+---------------+-------+---------------+---------------+
//  |         Payload Length        |  Next Header  |   Hop Limit   |
//  +-------------------------------+---------------+---------------+
//  |                  Source Address (128 bits)                    |
//  +---------------------------------------------------------------+
//  |               Destination Address (128 bits)                  |
//  +---------------------------------------------------------------+   (RFC 8200 3)
std::optional<IpView> ParseIp6(std::span<const std::byte> packet) {
  if (packet.size() < kIp6Header) return std::nullopt;
  const std::byte* p = packet.data();
  const std::size_t payload_length = Load16(p + 4);
  if (payload_length > packet.size() - kIp6Header) return std::nullopt;
  const auto upper = SkipIp6Extensions(Load8(p + 6), packet.subspan(kIp6Header, payload_length));
  if (!upper) return std::nullopt;
  return IpView{.source = IpAddress::FromBytes(packet.subspan(8, 16)),
                .destination = IpAddress::FromBytes(packet.subspan(24, 16)),
                .protocol = upper->protocol,
                .ecn = static_cast<Ecn>((Load8(p + 1) >> 4) & 3),
                .hop_limit = Load8(p + 7),
                .header_length = kIp6Header + upper->offset,
                .payload = packet.subspan(kIp6Header + upper->offset, payload_length - upper->offset)};
}

void WriteIp4(std::byte* p, std::uint8_t protocol, Ecn ecn, std::size_t total_length, std::uint16_t identification) {
  Store8(p, 0x45);
  Store8(p + 1, static_cast<std::uint8_t>(ecn));
  Store16(p + 2, static_cast<std::uint16_t>(total_length));
  Store16(p + 4, identification);
  Store16(p + 6, kDontFragment);
  Store8(p + 8, kHopLimit);
  Store8(p + 9, protocol);
  Store16(p + 10, 0);
}

void WriteIp6(std::byte* p, std::uint8_t protocol, Ecn ecn, std::size_t payload_length) {
  Store32(p, 0x6000'0000u | (static_cast<std::uint32_t>(ecn) << 20));
  Store16(p + 4, static_cast<std::uint16_t>(payload_length));
  Store8(p + 6, protocol);
  Store8(p + 7, kHopLimit);
}

}  // namespace

std::optional<IpView> ParseIp(std::span<const std::byte> packet) {
  if (packet.empty()) return std::nullopt;
  switch (Load8(packet.data()) >> 4) {
    case 4: return ParseIp4(packet);
    case 6: return ParseIp6(packet);
    default: return std::nullopt;
  }
}

std::size_t WriteIpHeader(std::span<std::byte> out, const IpAddress& source, const IpAddress& destination, std::uint8_t protocol,
                          Ecn ecn, std::size_t payload_length, std::uint16_t identification) {
  if (source.IsNone() || source.family() != destination.family()) return 0;
  const bool v4 = source.IsV4();
  const std::size_t header_length = v4 ? kIp4Header : kIp6Header;
  const std::size_t counted = payload_length + (v4 ? kIp4Header : 0);
  if (out.size() < header_length || counted > kMaxLengthField) return 0;
  std::byte* p = out.data();
  const auto from = source.bytes();
  const auto to = destination.bytes();
  std::memcpy(p + header_length - 2 * from.size(), from.data(), from.size());
  std::memcpy(p + header_length - to.size(), to.data(), to.size());
  if (v4) {
    WriteIp4(p, protocol, ecn, counted, identification);
    Checksum sum;
    sum.Add(out.first(kIp4Header));
    Store16(p + 10, sum.Finish());
  } else {
    WriteIp6(p, protocol, ecn, counted);
  }
  return header_length;
}

}  // namespace mptcpp::wire
