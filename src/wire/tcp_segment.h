// SPDX-License-Identifier: Apache-2.0
// One TCP segment as a value: the parsed header, TCP's own options, the raw MPTCP options and the payload (RFC 9293 3.1).
// Parsing is total: any bytes give either a SegmentView or a verdict, never an error value and never a read out of bounds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "wire/packet.h"

namespace mptcpp::wire {

inline constexpr std::size_t kTcpHeader = 20;
inline constexpr std::size_t kMaxOptionBytes = 40;

struct TcpFlags {
  bool fin = false, syn = false, rst = false, psh = false, ack = false, urg = false, ece = false, cwr = false;
  friend constexpr bool operator==(TcpFlags, TcpFlags) = default;
};

// TSval and TSecr (RFC 7323 3.2).
struct Timestamps {
  std::uint32_t value = 0;
  std::uint32_t echo_reply = 0;
  friend constexpr bool operator==(Timestamps, Timestamps) = default;
};

// One SACK block (RFC 2018): right edge exclusive.
struct SackBlock {
  SeqNum left{};
  SeqNum right{};
  friend constexpr bool operator==(SackBlock, SackBlock) = default;
};

// TCP's own options. A malformed one is treated as absent; the walk stops at a length that leaves the header.
struct TcpOptions {
  std::optional<std::uint16_t> mss;            // kind 2
  std::optional<std::uint8_t> window_scale;    // kind 3, as sent: above 14 means 14 (RFC 7323 2.3)
  bool sack_permitted = false;                 // kind 4
  std::uint8_t sack_count = 0;                 // kind 5
  std::array<SackBlock, 4> sack{};
  std::optional<Timestamps> timestamps;        // kind 8
  std::span<const std::byte> fast_open_cookie; // kind 34; meaningful when has_fast_open
  bool has_fast_open = false;
};

// Up to this many MPTCP options of one segment are seen; the rest are ignored. More cannot fit 40 bytes with a sensible meaning.
inline constexpr std::size_t kMaxMptcpOptions = 8;

struct SegmentView {
  SocketAddress source;
  SocketAddress destination;
  SeqNum seq;
  SeqNum ack;                     // meaningful with flags.ack
  TcpFlags flags;
  std::uint16_t window = 0;       // as in the header, unscaled
  std::uint16_t urgent = 0;
  TcpOptions options;
  std::uint8_t mptcp_count = 0;
  std::array<std::span<const std::byte>, kMaxMptcpOptions> mptcp{};  // each a whole option of kind 30, kind byte first, length checked
  std::span<const std::byte> payload;
  Instant arrival;
  std::uint16_t gso_size = 0;
  Ecn ecn = Ecn::kNotEct;

  // Sequence space used: payload, plus one each for SYN and FIN (RFC 9293 3.4).
  std::uint32_t SequenceLength() const {
    return static_cast<std::uint32_t>(payload.size()) + (flags.syn ? 1u : 0u) + (flags.fin ? 1u : 0u);
  }
  SeqNum End() const { return seq + SequenceLength(); }
};

enum class ParseResult : std::uint8_t {
  kOk,
  kTooShort,      // shorter than its own header length says, or than 20 bytes
  kBadOffset,     // data offset below 5
  kBadChecksum,   // RFC 9293 MUST-3
};

// Parses packet.segment into `out`. Verifies the checksum unless the driver already has. `out` is unspecified unless kOk.
ParseResult ParseSegment(const RxPacket& packet, SegmentView& out);

// What a segment to send says in its fixed header.
struct HeaderFields {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  SeqNum seq{};
  SeqNum ack{};
  TcpFlags flags{};
  std::uint16_t window = 0;  // already scaled
};

// Writes 20 bytes and `options`, padded at the end with NOPs to a multiple of 4, into packet.header and sets header_length.
// options.size() <= 40. The checksum field stays zero (wire/gso.h fills it).
void WriteHeader(const HeaderFields& fields, std::span<const std::byte> options, TxPacket& packet);

// Appends TCP's own options to `out` and returns the bytes written; 0 if `out` is too small (then nothing is written).
std::size_t WriteMss(std::span<std::byte> out, std::uint16_t mss);                        // 4 bytes
std::size_t WriteSackPermitted(std::span<std::byte> out);                                // 2 bytes
std::size_t WriteWindowScale(std::span<std::byte> out, std::uint8_t shift);              // 3 bytes
std::size_t WriteTimestamps(std::span<std::byte> out, Timestamps timestamps);            // 10 bytes
// TCP Fast Open (RFC 7413 4.1.1): 2 bytes and the cookie; without one it is a request.
std::size_t WriteFastOpen(std::span<std::byte> out, std::span<const std::byte> cookie);
// As many whole blocks as fit, at most 4; 2 + 8n bytes, or 0 when not even one fits.
std::size_t WriteSack(std::span<std::byte> out, std::span<const SackBlock> blocks);
std::size_t WriteNops(std::span<std::byte> out, std::size_t count);

}  // namespace mptcpp::wire
