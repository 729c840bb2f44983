// SPDX-License-Identifier: Apache-2.0
// Two keys side by side, own first: the HMAC key of MP_JOIN and ADD_ADDR (RFC 8684 3.2, 3.4.1). Wiped when done.
// For the sources of this room.
#pragma once

#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <span>

#include "base/endian.h"
#include "crypto/keys.h"

namespace mptcpp::crypto {

class KeyPair {
 public:
  KeyPair(const Key& own, const Key& peer) {
    Store64(bytes_.data(), own.value());
    Store64(bytes_.data() + 8, peer.value());
  }
  ~KeyPair() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::array<std::byte, 16> bytes_;
};

}  // namespace mptcpp::crypto
