// SPDX-License-Identifier: Apache-2.0
// What differs between the versions of Multipath TCP that a connection may speak: version 0 (RFC 6824) and version 1 (RFC 8684).
// Each difference is one line here and has a name; the other files ask for the name, never for the version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "crypto/keys.h"
#include "mptcpp/options.h"

namespace mptcpp::core {

// The HMAC of an MP_JOIN as far as it goes on the wire: all of it on the third ACK, the first 64 bits on the SYN/ACK.
struct JoinProof {
  std::array<std::byte, 20> bytes;
  std::uint64_t Leftmost64() const;
};

struct Dialect {
  MptcpVersion version;
  bool keys_in_syn;         // 0: both hosts know both keys before the third ACK. 1: the client's travels with it and the first data
  bool deny_join_flag;      // flag C of MP_CAPABLE; in version 0 it names an algorithm
  bool drops_flag_b;        // a SYN with flag B is dropped (RFC 6824 3.1), not answered without MP_CAPABLE
  bool signs_addresses;     // ADD_ADDR has an HMAC and is echoed (RFC 8684 3.4.1); else it is said once on every subflow
  bool prio_names_address;  // MP_PRIO may speak of every subflow of an address (RFC 6824 3.3.8)
  bool reset_reasons;       // MP_TCPRST, and MP_FASTCLOSE on a RST
  bool stray_checksum_resets;  // a DSS checksum that was not negotiated: reset the subflow, else ignore the field

  // Token and IDSN of a key.
  crypto::KeyMaterial Derive(const crypto::Key& key) const;
  // What the host with these keys and nonces proves itself with, own first.
  JoinProof ProveJoin(const crypto::Key& own, const crypto::Key& peer, std::uint32_t own_nonce, std::uint32_t peer_nonce) const;
  std::uint8_t number() const { return static_cast<std::uint8_t>(version); }
};

const Dialect& DialectOf(MptcpVersion version);

// Whether a listener with this policy answers that version, and a client may offer it.
bool Answers(VersionPolicy policy, MptcpVersion version);

}  // namespace mptcpp::core
