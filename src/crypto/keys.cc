// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <cstring>
#include <ostream>

#include "base/check.h"
#include "base/endian.h"
#include "crypto/key_pair.h"

namespace mptcpp::crypto {
namespace {

const unsigned char* Raw(std::span<const std::byte> bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* Raw(Sha256Digest& digest) { return reinterpret_cast<unsigned char*>(digest.data()); }

}  // namespace

Sha256Digest Sha256(std::span<const std::byte> message) {
  Sha256Digest digest;
  SHA256(Raw(message), message.size(), Raw(digest));
  return digest;
}

Sha256Digest HmacSha256(std::span<const std::byte> key, std::span<const std::byte> message) {
  Sha256Digest digest;
  unsigned length = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), Raw(key), static_cast<int>(key.size()), Raw(message), message.size(), Raw(digest), &length);
  MPTCPP_CHECK(done != nullptr && length == digest.size());
  return digest;
}

bool EqualConstantTime(std::span<const std::byte> a, std::span<const std::byte> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Key::~Key() { OPENSSL_cleanse(&value_, sizeof value_); }

std::ostream& operator<<(std::ostream& out, const Key&) { return out << "<key>"; }

KeyMaterial Derive(const Key& key) {
  std::array<std::byte, 8> bytes;
  Store64(bytes.data(), key.value());
  const Sha256Digest digest = Sha256(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return {.token = Token(Load32(digest.data())), .idsn = Dsn(Load64(digest.data() + digest.size() - 8))};
}

Sha256Digest JoinHmac(const Key& own, const Key& peer, std::uint32_t own_nonce, std::uint32_t peer_nonce) {
  std::array<std::byte, 8> message;
  Store32(message.data(), own_nonce);
  Store32(message.data() + 4, peer_nonce);
  return HmacSha256(KeyPair(own, peer).bytes(), message);
}

std::uint64_t AddAddrHmac(const Key& own, const Key& peer, AddressId id, const IpAddress& address, std::uint16_t port) {
  std::array<std::byte, 1 + 16 + 2> message;
  const auto ip = address.bytes();
  Store8(message.data(), id.value());
  if (!ip.empty()) std::memcpy(message.data() + 1, ip.data(), ip.size());
  Store16(message.data() + 1 + ip.size(), port);
  const Sha256Digest digest = HmacSha256(KeyPair(own, peer).bytes(), std::span(message).first(1 + ip.size() + 2));
  return Load64(digest.data() + digest.size() - 8);
}

std::uint64_t Leftmost64(const Sha256Digest& digest) { return Load64(digest.data()); }

}  // namespace mptcpp::crypto
