// SPDX-License-Identifier: Apache-2.0
#include "mptcp/negotiation.h"

namespace mptcpp::core {
namespace {

constexpr std::uint8_t kVersion = 1;

Negotiated NotMultipath(FallbackReason reason) { return {.reason = reason}; }

// Flag B set by a peer means an extension that we do not know: the option is ignored (3.1). Without flag H there is no
// algorithm that both know.
bool AcceptableFlags(const wire::MpCapableFlags& flags) { return !flags.extensibility && flags.sha256(); }

}  // namespace

std::optional<wire::MpCapable> FindCapable(const wire::SegmentView& segment) {
  std::optional<wire::MpCapable> found;
  for (std::size_t i = 0; i < segment.mptcp_count; ++i) {
    const auto subtype = wire::SubtypeOf(segment.mptcp[i]);
    if (subtype == wire::MptcpSubtype::kJoin) return std::nullopt;
    if (subtype == wire::MptcpSubtype::kCapable && !found) found = wire::ParseMpCapable(segment.mptcp[i]);
  }
  return found;
}

wire::MpCapable CapableSyn(const ConnectionOptions& options) {
  return {.version = kVersion,
          .flags = {.checksum_required = options.checksum, .deny_join_to_source = options.deny_join_initial_address}};
}

Negotiated OnCapableSyn(const std::optional<wire::MpCapable>& option, const ConnectionOptions& options) {
  if (!options.multipath) return NotMultipath(FallbackReason::kNotRequested);
  // A key in the SYN is version 0 or a mirror, not ours. A higher version is answered with ours (3.1).
  if (!option || option->sender_key || option->version < kVersion || !AcceptableFlags(option->flags)) {
    return NotMultipath(FallbackReason::kPeerNotCapable);
  }
  return {.multipath = true,
          .checksum = option->flags.checksum_required || options.checksum,
          .peer_denies_join = option->flags.deny_join_to_source};
}

wire::MpCapable CapableSynAck(const crypto::Key& own, bool checksum, bool deny_join) {
  return {
      .version = kVersion, .flags = {.checksum_required = checksum, .deny_join_to_source = deny_join}, .sender_key = own.value()};
}

Negotiated OnCapableSynAck(const std::optional<wire::MpCapable>& option, const ConnectionOptions& options) {
  if (!options.multipath) return NotMultipath(FallbackReason::kNotRequested);
  const bool right_form = option && option->sender_key && !option->receiver_key;
  if (!right_form || option->version != kVersion || !AcceptableFlags(option->flags)) {
    return NotMultipath(FallbackReason::kPeerNotCapable);
  }
  return {.multipath = true,
          .checksum = option->flags.checksum_required || options.checksum,
          .peer_denies_join = option->flags.deny_join_to_source,
          .peer_key = *option->sender_key};
}

wire::MpCapable CapableAck(const crypto::Key& own, const crypto::Key& peer, bool checksum, bool deny_join) {
  wire::MpCapable option = CapableSynAck(own, checksum, deny_join);
  option.receiver_key = peer.value();
  return option;
}

// The third packet decides (3.1): without both keys, or with a key that is not ours, somebody on the path plays with options.
Negotiated OnCapableAck(const std::optional<wire::MpCapable>& option, const crypto::Key& own, bool checksum,
                        bool peer_denies_join) {
  const bool right_form = option && option->sender_key && option->receiver_key;
  if (!right_form || option->version != kVersion || !AcceptableFlags(option->flags) || *option->receiver_key != own.value() ||
      (checksum && !option->flags.checksum_required)) {
    return NotMultipath(FallbackReason::kThirdAckWithoutOption);
  }
  return {.multipath = true,
          .checksum = option->flags.checksum_required,
          .peer_denies_join = peer_denies_join,
          .peer_key = *option->sender_key};
}

}  // namespace mptcpp::core
