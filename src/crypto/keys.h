// SPDX-License-Identifier: Apache-2.0
// Keys and what is derived from them (RFC 8684 3.1, 3.2, 3.4.1): token, IDSN, HMACs. A thin skin over libcrypto.
// Also the keyed hash behind initial sequence numbers (RFC 6528).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>

#include "base/ip_address.h"
#include "base/random_source.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"

namespace mptcpp::crypto {

using Sha256Digest = std::array<std::byte, 32>;

Sha256Digest Sha256(std::span<const std::byte> message);
Sha256Digest HmacSha256(std::span<const std::byte> key, std::span<const std::byte> message);
// Constant time (RFC 8684 5: an HMAC must not leak through timing).
bool EqualConstantTime(std::span<const std::byte> a, std::span<const std::byte> b);

// A connection key. Prints as <key>; wiped when destroyed.
class Key {
 public:
  Key() = default;
  explicit Key(std::uint64_t value) : value_(value) {}
  ~Key();
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  static Key Generate(RandomSource& random) { return Key(random.Next64()); }
  std::uint64_t value() const { return value_; }
  friend bool operator==(const Key&, const Key&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Key& key);

 private:
  std::uint64_t value_ = 0;
};

// Token and initial data sequence number of one key, from one hash.
struct KeyMaterial {
  Token token;
  Dsn idsn;  // consumed by the MP_CAPABLE SYN; the first data byte is idsn + 1
};
KeyMaterial Derive(const Key& key);

// HMAC of an MP_JOIN, own key and nonce first (RFC 8684 3.2). SYN/ACK carries the first 8 bytes, the third ACK the first 20.
Sha256Digest JoinHmac(const Key& own, const Key& peer, std::uint32_t own_nonce, std::uint32_t peer_nonce);
// The 64 rightmost bits for an ADD_ADDR; port 0 if the option has none (RFC 8684 3.4.1).
std::uint64_t AddAddrHmac(const Key& own, const Key& peer, AddressId id, const IpAddress& address, std::uint16_t port);
// The first 8 bytes of a digest as a number.
std::uint64_t Leftmost64(const Sha256Digest& digest);

// What can be recognised without having been remembered: each is a number of its own for the same input.
enum class Derivation : std::uint8_t {
  kSynCookie = 16,  // RFC 4987 3.6
  kKey,             // Key-B of a connection that is not there yet (RFC 8684 3.1)
  kNonce,           // our nonce of a join that is not there yet
  kFastOpen,        // RFC 7413 4.1.2
};

// The secret behind ISNs, timestamps offsets and derived keys; one per endpoint.
class Secret {
 public:
  explicit Secret(RandomSource& random) { random.Fill(bytes_); }
  // RFC 6528: a 4 us clock plus a keyed hash of the 4-tuple.
  SeqNum InitialSequence(const FourTuple& tuple, Instant now) const;
  // A random offset for the timestamps of this 4-tuple (RFC 7323 5.4).
  std::uint32_t TimestampOffset(const FourTuple& tuple) const;
  // A keyed hash of the 4-tuple and of two numbers that belong to it, which nobody else can compute.
  std::uint64_t Derive(Derivation what, const FourTuple& tuple, std::uint64_t a, std::uint64_t b = 0) const;
  // Keyed 64-bit hash for tables that an attacker must not aim at.
  std::uint64_t Hash(const FourTuple& tuple) const;

 private:
  std::array<std::byte, 32> bytes_{};
};

}  // namespace mptcpp::crypto
