// SPDX-License-Identifier: Apache-2.0
#include "wire/icmp.h"

#include "base/endian.h"
#include "wire/checksum.h"
#include "wire/ip6_extensions.h"
#include "wire/ip_header.h"

namespace mptcpp::wire {
namespace {

constexpr std::size_t kIcmpHeader = 8;
constexpr std::size_t kQuotedTcp = 8;  // ports and sequence number: all that RFC 792 promises

struct Verdict {
  IcmpKind kind;
  std::uint32_t mtu = 0;
};

// RFC 1122 4.2.3.9 and RFC 5461 2: codes 0, 1, 5 and time exceeded are soft, 2 and 3 hard, 4 asks for smaller packets.
std::optional<Verdict> Classify4(std::uint8_t type, std::uint8_t code, const std::byte* message) {
  switch (type) {
    case 3: break;
    case 11:  // time exceeded
    case 12:  // parameter problem
      return Verdict{IcmpKind::kSoftUnreachable};
    default: return std::nullopt;  // source quench among them: RFC 6633 MUST be ignored
  }
  switch (code) {
    case 4: return Verdict{IcmpKind::kPacketTooBig, Load16(message + 6)};  // RFC 1191 4
    case 2:   // protocol
    case 3:   // port
    case 9:   // network administratively prohibited
    case 10:  // host administratively prohibited
    case 13:  // communication administratively prohibited
      return Verdict{IcmpKind::kHardUnreachable};
    default: return Verdict{IcmpKind::kSoftUnreachable};
  }
}

// RFC 4443 3, with the meaning that RFC 5461 2.1 gives to the codes.
std::optional<Verdict> Classify6(std::uint8_t type, std::uint8_t code, const std::byte* message) {
  switch (type) {
    case 1: {
      const bool hard = code == 1 || code == 4 || code == 5 || code == 6;  // prohibited, port, policy, reject route
      return Verdict{hard ? IcmpKind::kHardUnreachable : IcmpKind::kSoftUnreachable};
    }
    case 2: return Verdict{IcmpKind::kPacketTooBig, Load32(message + 4)};
    case 3: return Verdict{IcmpKind::kSoftUnreachable};
    case 4: return Verdict{code == 1 ? IcmpKind::kHardUnreachable : IcmpKind::kSoftUnreachable};  // 1: no such next header
    default: return std::nullopt;
  }
}

struct Quote {
  IpAddress source;
  IpAddress destination;
  std::span<const std::byte> tcp;
};

// A quoted header is cut short and may carry a changed TTL, so neither its length field nor its checksum is looked at.
std::optional<Quote> ParseQuote4(std::span<const std::byte> packet) {
  if (packet.size() < 20 || Load8(packet.data()) >> 4 != 4) return std::nullopt;
  const std::byte* p = packet.data();
  const std::size_t header_length = (Load8(p) & 0x0fu) * 4u;
  const bool first_fragment = (Load16(p + 6) & 0x1fff) == 0;
  if (header_length < 20 || header_length > packet.size() || !first_fragment || Load8(p + 9) != kProtocolTcp) return std::nullopt;
  return Quote{IpAddress::FromBytes(packet.subspan(12, 4)), IpAddress::FromBytes(packet.subspan(16, 4)), packet.subspan(header_length)};
}

std::optional<Quote> ParseQuote6(std::span<const std::byte> packet) {
  if (packet.size() < 40 || Load8(packet.data()) >> 4 != 6) return std::nullopt;
  const auto upper = SkipIp6Extensions(Load8(packet.data() + 6), packet.subspan(40));
  if (!upper || upper->protocol != kProtocolTcp) return std::nullopt;
  return Quote{IpAddress::FromBytes(packet.subspan(8, 16)), IpAddress::FromBytes(packet.subspan(24, 16)),
               packet.subspan(40 + upper->offset)};
}

}  // namespace

//  +---------------+---------------+-------------------------------+
//  |     Type      |     Code      |           Checksum            |
//  +---------------+---------------+-------------------------------+
//  |       v4: unused, next-hop MTU (16 bits) / v6: MTU (32)       |
//  +---------------------------------------------------------------+
//  |    IP header and at least 8 bytes of the packet in question   |
//  +---------------------------------------------------------------+   (RFC 792, RFC 1191 4, RFC 4443 3)
std::optional<IcmpError> ParseIcmp(std::span<const std::byte> message, bool v6) {
  if (message.size() < kIcmpHeader) return std::nullopt;
  const std::uint8_t type = Load8(message.data());
  const std::uint8_t code = Load8(message.data() + 1);
  const auto verdict = v6 ? Classify6(type, code, message.data()) : Classify4(type, code, message.data());
  if (!verdict) return std::nullopt;
  if (!v6) {
    // ICMPv6 covers a pseudo-header that is not at hand here; the quoted sequence number has to stand for both (RFC 5927 4).
    Checksum sum;
    sum.Add(message);
    if (!sum.IsIntact()) return std::nullopt;
  }
  const std::span<const std::byte> quoted = message.subspan(kIcmpHeader);
  const auto quote = v6 ? ParseQuote6(quoted) : ParseQuote4(quoted);
  if (!quote || quote->tcp.size() < kQuotedTcp) return std::nullopt;
  const std::byte* tcp = quote->tcp.data();
  return IcmpError{.kind = verdict->kind,
                   .tuple = {.local = {quote->source, Load16(tcp)}, .remote = {quote->destination, Load16(tcp + 2)}},
                   .quoted_seq = SeqNum(Load32(tcp + 4)),
                   .next_hop_mtu = verdict->mtu};
}

}  // namespace mptcpp::wire
