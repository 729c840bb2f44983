// SPDX-License-Identifier: Apache-2.0
// What MPTCP version 0 derives from its keys (RFC 6824 3.1, 3.2): as crypto/keys.h, with SHA-1 in place of SHA-256.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/keys.h"

namespace mptcpp::crypto {

using Sha1Digest = std::array<std::byte, 20>;

Sha1Digest Sha1(std::span<const std::byte> message);
Sha1Digest HmacSha1(std::span<const std::byte> key, std::span<const std::byte> message);

KeyMaterial DeriveV0(const Key& key);

// Own key and nonce first. The SYN/ACK carries the first 8 bytes, the third ACK all 20.
Sha1Digest JoinHmacV0(const Key& own, const Key& peer, std::uint32_t own_nonce, std::uint32_t peer_nonce);
std::uint64_t Leftmost64(const Sha1Digest& digest);

}  // namespace mptcpp::crypto
