// SPDX-License-Identifier: Apache-2.0
#include "mptcp/negotiation.h"

namespace mptcpp::core {
namespace {

constexpr std::uint8_t kHighestVersion = 1;

Negotiated NotMultipath(FallbackReason reason) { return {.reason = reason}; }

// Flag B set by a peer means an extension that we do not know: the option is ignored (3.1). Without flag H there is no
// algorithm that both know.
bool AcceptableFlags(const wire::MpCapableFlags& flags) { return !flags.extensibility && flags.sha256(); }

// A key more or less than the form has, or data parameters, show another version, a mirror, or a box that plays with options.
bool HasForm(const wire::MpCapable& option, bool sender_key, bool receiver_key) {
  return option.sender_key.has_value() == sender_key && option.receiver_key.has_value() == receiver_key && !option.data_length;
}

bool Denies(const Dialect& dialect, const wire::MpCapable& option) {
  return dialect.deny_join_flag && option.flags.deny_join_to_source;
}

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

wire::MpCapable CapableSyn(const Dialect& dialect, const ConnectionOptions& options, const crypto::Key& own) {
  wire::MpCapable option{.version = dialect.number(),
                         .flags = {.checksum_required = options.checksum,
                                   .deny_join_to_source = dialect.deny_join_flag && options.deny_join_initial_address}};
  if (dialect.keys_in_syn) option.sender_key = own.value();
  return option;
}

Negotiated OnCapableSyn(const std::optional<wire::MpCapable>& option, const ConnectionOptions& options) {
  if (!options.multipath) return NotMultipath(FallbackReason::kNotRequested);
  if (!option) return NotMultipath(FallbackReason::kPeerNotCapable);
  // A higher version is answered with our highest (3.1).
  const Dialect& dialect = DialectOf(option->version < kHighestVersion ? MptcpVersion::k0 : MptcpVersion::k1);
  if (!Answers(options.version, dialect.version)) return NotMultipath(FallbackReason::kVersionNotSpoken);
  if (dialect.drops_flag_b && option->flags.extensibility) return {.drop_syn = true};
  if (!HasForm(*option, dialect.keys_in_syn, false) || !AcceptableFlags(option->flags)) {
    return NotMultipath(FallbackReason::kUnusableCapable);
  }
  if (option->flags.checksum_required && options.refuse_checksum) return NotMultipath(FallbackReason::kChecksumRefused);
  return {.multipath = true,
          .version = dialect.version,
          .checksum = option->flags.checksum_required || options.checksum,
          .peer_denies_join = Denies(dialect, *option),
          .peer_key = option->sender_key.value_or(0)};
}

wire::MpCapable CapableSynAck(const Dialect& dialect, const crypto::Key& own, bool checksum, bool deny_join) {
  return {.version = dialect.number(),
          .flags = {.checksum_required = checksum, .deny_join_to_source = dialect.deny_join_flag && deny_join},
          .sender_key = own.value()};
}

Negotiated OnCapableSynAck(const Dialect& dialect, const std::optional<wire::MpCapable>& option, const ConnectionOptions& options) {
  if (!options.multipath) return NotMultipath(FallbackReason::kNotRequested);
  if (!option) return NotMultipath(FallbackReason::kPeerNotCapable);
  if (option->version != dialect.number()) return NotMultipath(FallbackReason::kVersionNotSpoken);
  if (!HasForm(*option, true, false) || !AcceptableFlags(option->flags)) return NotMultipath(FallbackReason::kUnusableCapable);
  if (option->flags.checksum_required && options.refuse_checksum) return NotMultipath(FallbackReason::kChecksumRefused);
  return {.multipath = true,
          .version = dialect.version,
          .checksum = option->flags.checksum_required || options.checksum,
          .peer_denies_join = Denies(dialect, *option),
          .peer_key = *option->sender_key};
}

wire::MpCapable CapableAck(const Dialect& dialect, const crypto::Key& own, const crypto::Key& peer, bool checksum,
                           bool deny_join) {
  wire::MpCapable option = CapableSynAck(dialect, own, checksum, deny_join);
  option.receiver_key = peer.value();
  return option;
}

// The third packet decides (3.1): without both keys, or with a key that is not ours, somebody on the path plays with options.
Negotiated OnCapableAck(const AnsweredSyn& answered, const std::optional<wire::MpCapable>& option) {
  if (!option) return NotMultipath(FallbackReason::kThirdAckWithoutOption);
  const bool right_form = option->sender_key && option->receiver_key && !(answered.dialect.keys_in_syn && option->data_length);
  if (!right_form || option->version != answered.dialect.number() || !AcceptableFlags(option->flags) ||
      (answered.checksum && !option->flags.checksum_required)) {
    return NotMultipath(FallbackReason::kUnusableCapable);
  }
  if (*option->receiver_key != answered.own.value() ||
      (answered.dialect.keys_in_syn && *option->sender_key != answered.peer.value())) {
    return NotMultipath(FallbackReason::kForeignKey);
  }
  return {.multipath = true,
          .version = answered.dialect.version,
          .checksum = option->flags.checksum_required,
          .peer_denies_join = answered.peer_denies_join,
          .peer_key = *option->sender_key};
}

}  // namespace mptcpp::core
