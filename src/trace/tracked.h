// SPDX-License-Identifier: Apache-2.0
// What the tracker knows about a capture, as values: segments, subflows, connections, and what was found wrong with them.
// A host of a connection is a Side: everything that exists once per host is an array indexed by it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "crypto/keys.h"
#include "wire/tcp_segment.h"

namespace mptcpp::trace {

// kClient opened the connection (its first subflow), kServer was asked.
enum class Side : std::uint8_t { kClient = 0, kServer = 1 };
constexpr Side Other(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }
constexpr std::size_t Index(Side side) { return static_cast<std::size_t>(side); }
template <typename T>
using PerSide = std::array<T, 2>;

// The outcome of recomputing something: an HMAC, a checksum, an echoed key.
enum class Verdict : std::uint8_t {
  kNone,       // the segment carries nothing to check
  kUnchecked,  // keys or bytes that it takes were not in the capture
  kRight,
  kWrong,
};

struct TrackedSegment {
  std::uint64_t number = 0;          // in its capture file
  Instant at{};                      // when it was seen first
  std::optional<Instant> arrived{};  // when it was seen at the other end, with two vantage points
  std::uint32_t subflow = 0;         // index
  Side from = Side::kClient;
  wire::TcpFlags flags{};
  SeqNum seq{}, ack{};
  std::uint16_t window = 0;
  std::uint32_t payload = 0;  // bytes
  std::array<std::byte, 12> text{};  // the first of them
  std::uint8_t option_bytes = 0;
  std::array<std::byte, wire::kMaxOptionBytes> options{};
  bool retransmission = false;        // of bytes (or a SYN) that this subflow has carried before
  std::optional<std::int64_t> dsn{};  // of a mapping, relative: 1 is the first byte of the stream
  std::optional<std::int64_t> data_ack{};
  std::optional<std::int64_t> failed_dsn{};  // of MP_FAIL, relative to the stream of the other side
  Verdict hmac = Verdict::kNone;      // MP_JOIN, ADD_ADDR
  Verdict checksum = Verdict::kNone;  // of the mapping that begins here
  Verdict key = Verdict::kNone;       // echoed by MP_CAPABLE, or shown by MP_FASTCLOSE

  std::uint32_t SequenceLength() const { return payload + (flags.syn ? 1u : 0u) + (flags.fin ? 1u : 0u); }
  // The options, parsed; spans in it point into this segment.
  wire::SegmentView View() const;
};

struct TrackedSubflow {
  FourTuple tuple{};  // local: the one that opened it
  std::uint32_t connection = 0;
  Side opener = Side::kClient;
  bool is_join = false;
  bool backup = false;
  PerSide<std::optional<SeqNum>> isn{};  // of the SYN; if that was not seen, the number before the first one seen
  PerSide<std::optional<AddressId>> address_id{};

  Side SenderOf(const SocketAddress& source) const { return source == tuple.local ? opener : Other(opener); }
  const SocketAddress& AddressOf(Side side) const { return side == opener ? tuple.local : tuple.remote; }
};

enum class Protocol : std::uint8_t { kTcp, kMptcpV0, kMptcpV1 };
const char* ToString(Protocol protocol);

// Something that should not be, or that a reader wants to know.
struct Finding {
  std::size_t segment;  // index
  bool is_problem;
  std::string text;
};

struct TrackedConnection {
  Protocol protocol = Protocol::kTcp;
  bool offered_mptcp = false;  // a SYN with MP_CAPABLE, whatever was answered
  bool checksums = false;      // asked for by either side
  PerSide<std::optional<crypto::Key>> key{};
  PerSide<std::optional<Token>> token{};
  PerSide<std::optional<Dsn>> idsn{};  // from the key; if that was not seen, the number before the first one seen
  std::vector<std::uint32_t> subflows;
  std::vector<std::size_t> segments;  // indices, in the order of the capture
  std::vector<Finding> findings;
};

}  // namespace mptcpp::trace
