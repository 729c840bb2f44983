// SPDX-License-Identifier: Apache-2.0
#include "mptcp/join.h"

#include <algorithm>

namespace mptcpp::core {
namespace {

constexpr int kMaxRepeats = 7;

}  // namespace

std::span<const std::byte> FindJoin(const wire::SegmentView& segment) {
  for (std::size_t i = 0; i < segment.mptcp_count; ++i) {
    if (wire::SubtypeOf(segment.mptcp[i]) == wire::MptcpSubtype::kJoin) return segment.mptcp[i];
  }
  return {};
}

void Join::Open(std::uint32_t nonce) {
  own_nonce_ = nonce;
  state_ = State::kSynSent;
}

void Join::Accept(std::uint32_t own_nonce, std::uint32_t peer_nonce) {
  own_nonce_ = own_nonce;
  peer_nonce_ = peer_nonce;
  state_ = State::kSynReceived;
}

wire::MpJoinSyn Join::Syn(Token peer_token, AddressId own_address, bool backup) const {
  return {.backup = backup, .address_id = own_address, .receiver_token = peer_token, .nonce = own_nonce_};
}

wire::MpJoinSynAck Join::SynAck(const crypto::Key& own, const crypto::Key& peer, AddressId own_address, bool backup) const {
  const JoinProof proof = dialect_->ProveJoin(own, peer, own_nonce_, peer_nonce_);
  return {.backup = backup, .address_id = own_address, .truncated_hmac = proof.Leftmost64(), .nonce = own_nonce_};
}

wire::MpJoinAck Join::Ack(const crypto::Key& own, const crypto::Key& peer) const {
  wire::MpJoinAck option;
  std::ranges::copy(dialect_->ProveJoin(own, peer, own_nonce_, peer_nonce_).bytes, option.hmac.begin());
  return option;
}

bool Join::OnSynAck(const wire::MpJoinSynAck& option, const crypto::Key& own, const crypto::Key& peer, Instant now,
                    Duration first_repeat) {
  const std::uint64_t expected = dialect_->ProveJoin(peer, own, option.nonce, own_nonce_).Leftmost64();
  if (!crypto::EqualConstantTime(std::as_bytes(std::span(&expected, 1)), std::as_bytes(std::span(&option.truncated_hmac, 1)))) {
    return false;
  }
  if (state_ != State::kSynSent) return true;  // a copy
  peer_nonce_ = option.nonce;
  state_ = State::kPreEstablished;
  interval_ = first_repeat;
  next_repeat_ = now + interval_;
  return true;
}

bool Join::OnFourthPacket() {
  if (state_ != State::kPreEstablished) return false;
  state_ = State::kEstablished;
  return true;
}

bool Join::OnAck(const std::optional<wire::MpJoinAck>& option, const crypto::Key& own, const crypto::Key& peer) {
  if (!option) return false;
  const JoinProof expected = dialect_->ProveJoin(peer, own, peer_nonce_, own_nonce_);
  if (!crypto::EqualConstantTime(expected.bytes, option->hmac)) return false;
  state_ = State::kEstablished;
  return true;
}

bool Join::OnRepeat(Instant now) {
  if (++repeats_ > kMaxRepeats) return false;
  interval_ = interval_ * 2;
  next_repeat_ = now + interval_;
  return true;
}

}  // namespace mptcpp::core
