// SPDX-License-Identifier: Apache-2.0
// What a client offers with its first SYN, what it tries instead when that goes wrong (RFC 8684 3.1, 3.9.3), and what it
// remembers for the next time.
#include "mptcp/core.h"

namespace mptcpp::core {
namespace {

MptcpVersion OtherThan(MptcpVersion version) { return version == MptcpVersion::k0 ? MptcpVersion::k1 : MptcpVersion::k0; }

}  // namespace

// The highest version allowed (3.1: SHOULD), unless this peer is known to speak another one.
MptcpVersion Core::FirstOffer(const IpAddress& remote, Instant now) {
  if (options.version != VersionPolicy::kAuto) {
    return options.version == VersionPolicy::kVersion0 ? MptcpVersion::k0 : MptcpVersion::k1;
  }
  const auto known = host.path_memory().versions.Find(remote, now);
  if (!known) return MptcpVersion::k1;
  may_change_version = known->version.has_value();
  return known->version.value_or(MptcpVersion::k1);
}

// The SYN/ACK came without a usable MP_CAPABLE. True: this subflow is reset and another one opened in the other version; a
// connection must begin anew for that, because only its SYN can offer one.
bool Core::TryOtherVersion(FallbackReason reason) {
  const bool other_might_do = reason == FallbackReason::kPeerNotCapable || reason == FallbackReason::kVersionNotSpoken ||
                              reason == FallbackReason::kUnusableCapable;
  if (options.version != VersionPolicy::kAuto || !may_change_version || !other_might_do) return false;
  if (const SubflowEntry* first = Only(); first != nullptr && first->tcp.syn_payload_sent() > 0) return false;  // it may have been taken
  may_change_version = false;
  next_attempt = Attempt{.multipath = true, .version = OtherThan(dialect->version)};
  return true;
}

// A RST answered the SYN: nobody listens, or a firewall does not like the option.
bool Core::TryWithoutOption(const SubflowEntry& entry) {
  if (!options.tcp_after_refusal || !is_client || !entry.IsFirst() || mode != Mode::kNegotiating) return false;
  if (entry.syn_without_option || entry.tcp.syn_payload_sent() > 0) return false;
  next_attempt = Attempt{.multipath = false};
  return true;
}

void Core::OpenAgain(Instant now) {
  const Attempt attempt = *next_attempt;
  next_attempt.reset();
  Count(Counter::kMPCapableSYNRetry);
  ReleaseToken();
  next_id = 0;  // to the application it is still the first subflow
  ended.clear();
  if (const auto opened = OpenFirstSubflow(wanted_local, first_tuple.remote, attempt, now); !opened) Fail(opened.error(), now);
}

// The first handshake is done: a hint for the next connection.
void Core::RememberPath(Instant now) {
  if (!is_client || fallback == FallbackReason::kNotRequested || fallback == FallbackReason::kBlackHole) return;
  path_manager::PathMemory& memory = host.path_memory();
  const IpAddress &local = first_tuple.local.address, &remote = first_tuple.remote.address;
  if (fallback == FallbackReason::kSynTimeout || fallback == FallbackReason::kSynRefused) {
    Count(Counter::kBlackhole);
    memory.black_holes.OnSwallowed(local, remote, now);
    return;
  }
  memory.black_holes.OnPassed(local, remote);
  if (options.version != VersionPolicy::kAuto) return;
  memory.versions.Learn(remote, IsMultipath() ? std::optional(dialect->version) : std::nullopt, now);
}

}  // namespace mptcpp::core
