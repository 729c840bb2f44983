// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys_v0.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/check.h"
#include "base/endian.h"
#include "crypto/key_pair.h"

namespace mptcpp::crypto {
namespace {

const unsigned char* Raw(std::span<const std::byte> bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* Raw(Sha1Digest& digest) { return reinterpret_cast<unsigned char*>(digest.data()); }

}  // namespace

Sha1Digest Sha1(std::span<const std::byte> message) {
  Sha1Digest digest;
  SHA1(Raw(message), message.size(), Raw(digest));
  return digest;
}

Sha1Digest HmacSha1(std::span<const std::byte> key, std::span<const std::byte> message) {
  Sha1Digest digest;
  unsigned length = 0;
  const unsigned char* done =
      HMAC(EVP_sha1(), Raw(key), static_cast<int>(key.size()), Raw(message), message.size(), Raw(digest), &length);
  MPTCPP_CHECK(done != nullptr && length == digest.size());
  return digest;
}

KeyMaterial DeriveV0(const Key& key) {
  std::array<std::byte, 8> bytes;
  Store64(bytes.data(), key.value());
  const Sha1Digest digest = Sha1(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return {.token = Token(Load32(digest.data())), .idsn = Dsn(Load64(digest.data() + digest.size() - 8))};
}

Sha1Digest JoinHmacV0(const Key& own, const Key& peer, std::uint32_t own_nonce, std::uint32_t peer_nonce) {
  std::array<std::byte, 8> message;
  Store32(message.data(), own_nonce);
  Store32(message.data() + 4, peer_nonce);
  return HmacSha1(KeyPair(own, peer).bytes(), message);
}

std::uint64_t Leftmost64(const Sha1Digest& digest) { return Load64(digest.data()); }

}  // namespace mptcpp::crypto
