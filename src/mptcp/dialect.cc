// SPDX-License-Identifier: Apache-2.0
#include "mptcp/dialect.h"

#include <algorithm>

#include "base/endian.h"
#include "crypto/keys_v0.h"

namespace mptcpp::core {
namespace {

constexpr Dialect kVersion0{.version = MptcpVersion::k0,
                            .keys_in_syn = true,
                            .deny_join_flag = false,
                            .drops_flag_b = true,
                            .signs_addresses = false,
                            .prio_names_address = true,
                            .reset_reasons = false,
                            .stray_checksum_resets = false};

constexpr Dialect kVersion1{.version = MptcpVersion::k1,
                            .keys_in_syn = false,
                            .deny_join_flag = true,
                            .drops_flag_b = false,
                            .signs_addresses = true,
                            .prio_names_address = false,
                            .reset_reasons = true,
                            .stray_checksum_resets = true};

}  // namespace

std::uint64_t JoinProof::Leftmost64() const { return Load64(bytes.data()); }

const Dialect& DialectOf(MptcpVersion version) { return version == MptcpVersion::k0 ? kVersion0 : kVersion1; }

bool Answers(VersionPolicy policy, MptcpVersion version) {
  if (policy == VersionPolicy::kAuto) return true;
  return (policy == VersionPolicy::kVersion0) == (version == MptcpVersion::k0);
}

// SHA-1 and HMAC-SHA1 (RFC 6824 3.1, 3.2), SHA-256 and HMAC-SHA256 (RFC 8684 3.1, 3.2).
crypto::KeyMaterial Dialect::Derive(const crypto::Key& key) const {
  return version == MptcpVersion::k0 ? crypto::DeriveV0(key) : crypto::Derive(key);
}

JoinProof Dialect::ProveJoin(const crypto::Key& own, const crypto::Key& peer, std::uint32_t own_nonce,
                             std::uint32_t peer_nonce) const {
  if (version == MptcpVersion::k0) return {crypto::JoinHmacV0(own, peer, own_nonce, peer_nonce)};
  JoinProof proof;
  std::ranges::copy_n(crypto::JoinHmac(own, peer, own_nonce, peer_nonce).begin(), proof.bytes.size(), proof.bytes.begin());
  return proof;
}

}  // namespace mptcpp::core
