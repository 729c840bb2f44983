// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "base/endian.h"
#include "crypto/keys.h"
#include "crypto/siphash.h"

namespace mptcpp::crypto {
namespace {

// One hash must not tell anything about another of the same tuple.
enum class Purpose : std::uint8_t { kTable, kSequence, kTimestamp };  // Derivation begins behind these

constexpr std::int64_t kSequenceTickNanos = 4000;  // RFC 9293 3.4.1: the ISN clock ticks every 4 us

// Addresses, ports and purpose in a row; the length, which SipHash covers, keeps the families apart.
struct TupleBytes {
  TupleBytes(const FourTuple& tuple, Purpose purpose) : TupleBytes(tuple, static_cast<std::uint8_t>(purpose)) {}
  TupleBytes(const FourTuple& tuple, std::uint8_t purpose) {
    Append(tuple.local.address.bytes());
    Append(tuple.remote.address.bytes());
    Store16(bytes.data() + length, tuple.local.port);
    Store16(bytes.data() + length + 2, tuple.remote.port);
    Store8(bytes.data() + length + 4, purpose);
    length += 5;
  }
  void Append(std::uint64_t number) {
    Store64(bytes.data() + length, number);
    length += 8;
  }
  void Append(std::span<const std::byte> part) {
    if (!part.empty()) std::memcpy(bytes.data() + length, part.data(), part.size());
    length += part.size();
  }
  std::span<const std::byte> view() const { return std::span(bytes).first(length); }

  std::array<std::byte, 16 + 16 + 5 + 8 + 8> bytes;
  std::size_t length = 0;
};

}  // namespace

SeqNum Secret::InitialSequence(const FourTuple& tuple, Instant now) const {
  const TupleBytes message(tuple, Purpose::kSequence);
  const std::uint64_t hash = SipHash<2, 4>(std::span(bytes_).last<16>())(message.view());
  return SeqNum(static_cast<std::uint32_t>(hash) + static_cast<std::uint32_t>(now.nanos() / kSequenceTickNanos));
}

std::uint32_t Secret::TimestampOffset(const FourTuple& tuple) const {
  const TupleBytes message(tuple, Purpose::kTimestamp);
  return static_cast<std::uint32_t>(SipHash<2, 4>(std::span(bytes_).last<16>())(message.view()));
}

std::uint64_t Secret::Derive(Derivation what, const FourTuple& tuple, std::uint64_t a, std::uint64_t b) const {
  TupleBytes message(tuple, static_cast<std::uint8_t>(what));
  message.Append(a);
  message.Append(b);
  return SipHash<2, 4>(std::span(bytes_).last<16>())(message.view());
}

std::uint64_t Secret::Hash(const FourTuple& tuple) const {
  const TupleBytes message(tuple, Purpose::kTable);
  return SipHash<1, 3>(std::span(bytes_).first<16>())(message.view());
}

}  // namespace mptcpp::crypto
