// SPDX-License-Identifier: Apache-2.0
// The flag byte of the TCP header (RFC 9293 3.1), byte 13.
#pragma once

#include <cstdint>

#include "wire/tcp_segment.h"

namespace mptcpp::wire {

inline constexpr std::uint8_t kFlagFin = 0x01;
inline constexpr std::uint8_t kFlagSyn = 0x02;
inline constexpr std::uint8_t kFlagRst = 0x04;
inline constexpr std::uint8_t kFlagPsh = 0x08;
inline constexpr std::uint8_t kFlagAck = 0x10;
inline constexpr std::uint8_t kFlagUrg = 0x20;
inline constexpr std::uint8_t kFlagEce = 0x40;
inline constexpr std::uint8_t kFlagCwr = 0x80;

constexpr TcpFlags DecodeTcpFlags(std::uint8_t byte) {
  return {.fin = (byte & kFlagFin) != 0,
          .syn = (byte & kFlagSyn) != 0,
          .rst = (byte & kFlagRst) != 0,
          .psh = (byte & kFlagPsh) != 0,
          .ack = (byte & kFlagAck) != 0,
          .urg = (byte & kFlagUrg) != 0,
          .ece = (byte & kFlagEce) != 0,
          .cwr = (byte & kFlagCwr) != 0};
}

constexpr std::uint8_t EncodeTcpFlags(TcpFlags flags) {
  return static_cast<std::uint8_t>((flags.fin ? kFlagFin : 0) | (flags.syn ? kFlagSyn : 0) | (flags.rst ? kFlagRst : 0) |
                                   (flags.psh ? kFlagPsh : 0) | (flags.ack ? kFlagAck : 0) | (flags.urg ? kFlagUrg : 0) |
                                   (flags.ece ? kFlagEce : 0) | (flags.cwr ? kFlagCwr : 0));
}

}  // namespace mptcpp::wire
