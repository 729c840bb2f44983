// SPDX-License-Identifier: Apache-2.0
#include "drivers/ping_reply.h"

#include <cstdint>
#include <cstring>

#include "base/endian.h"
#include "wire/checksum.h"

namespace mptcpp::drivers {
namespace {

constexpr std::uint8_t kEchoRequest = 8, kEchoReply = 0;        // RFC 792
constexpr std::uint8_t kEchoRequest6 = 128, kEchoReply6 = 129;  // RFC 4443 4
constexpr std::size_t kIcmpHeader = 8;
constexpr std::size_t kLongestIpHeader = 40;

}  // namespace

std::size_t BuildPingReply(const wire::IpView& request, std::span<std::byte> out) {
  const bool v6 = request.source.IsV6();
  const auto message = request.payload;
  if (request.protocol != (v6 ? wire::kProtocolIcmp6 : wire::kProtocolIcmp) || message.size() < kIcmpHeader) return 0;
  if (Load8(message.data()) != (v6 ? kEchoRequest6 : kEchoRequest) || out.size() < kLongestIpHeader + message.size()) return 0;
  const std::size_t header = wire::WriteIpHeader(out, request.destination, request.source, request.protocol, Ecn::kNotEct,
                                                 message.size(), /*identification=*/0);
  const auto reply = out.subspan(header, message.size());
  std::memcpy(reply.data(), message.data(), message.size());
  Store8(reply.data(), v6 ? kEchoReply6 : kEchoReply);
  Store16(reply.data() + 2, 0);
  wire::Checksum sum =
      v6 ? wire::PseudoHeader(request.destination, request.source, request.protocol, static_cast<std::uint32_t>(message.size()))
         : wire::Checksum();
  sum.Add(reply);
  Store16(reply.data() + 2, sum.Finish());
  return header + message.size();
}

}  // namespace mptcpp::drivers
