// SPDX-License-Identifier: Apache-2.0
// The Internet checksum (RFC 1071): one wide routine, a form that copies while it sums, and the pseudo-headers on top of it.
// A Sum is a partial one's complement sum that can be added to others; an odd-length part shifts what follows by one byte,
// which Add() accounts for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ip_address.h"
#include "base/seq_num.h"

namespace mptcpp::wire {

class Checksum {
 public:
  // Adds bytes; parts of any length in order give the same result as one long part.
  void Add(std::span<const std::byte> bytes);
  // The same, copying to `to` (same size, no overlap) on the way: one pass over memory.
  void AddAndCopy(std::span<const std::byte> bytes, std::byte* to);
  // Joins another sum that covers the bytes right after those of this one.
  void Append(const Checksum& next);
  void Add16(std::uint16_t value);  // one aligned 16-bit word in host order
  void Add32(std::uint32_t value);
  void Add64(std::uint64_t value);
  // The complement of the folded sum: what goes into the checksum field.
  std::uint16_t Finish() const;
  // The folded sum itself (for partial checksums that a device completes).
  std::uint16_t Folded() const;
  // True if the bytes, checksum field included, are intact.
  bool IsIntact() const { return Folded() == 0xffff; }

 private:
  std::uint64_t sum_ = 0;  // big-endian 16-bit words, added up
  bool odd_ = false;       // an odd number of bytes so far
};

// TCP's (or UDP's) pseudo-header (RFC 9293 3.1, RFC 8200 8.1); length counts header and payload.
Checksum PseudoHeader(const IpAddress& source, const IpAddress& destination, std::uint8_t protocol, std::uint32_t length);

// The DSS checksum's pseudo-header (RFC 8684 3.3.1): the DSN always with 64 bits, then SSN, length and a zero checksum.
Checksum DssPseudoHeader(Dsn dsn, std::uint32_t subflow_seq, std::uint16_t length);

}  // namespace mptcpp::wire
