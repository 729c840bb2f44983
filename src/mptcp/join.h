// SPDX-License-Identifier: Apache-2.0
// The MP_JOIN handshake of one additional subflow (RFC 8684 3.2, RFC 6824 3.2), both roles: nonces, HMACs, and the pre-established state in
// which an opener repeats its third ACK until the fourth packet shows that it arrived, and sends no data.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "crypto/keys.h"
#include "mptcp/dialect.h"
#include "wire/mptcp_options.h"
#include "wire/tcp_segment.h"

namespace mptcpp::core {

// The first MP_JOIN option of a segment, unparsed; empty if there is none.
std::span<const std::byte> FindJoin(const wire::SegmentView& segment);

class Join {
 public:
  enum class State : std::uint8_t {
    kNone,            // the first subflow
    kSynSent,         // opener
    kPreEstablished,  // opener: our third ACK is not known to have arrived
    kSynReceived,     // responder: the peer has not proven itself
    kEstablished,
  };

  explicit Join(const Dialect& dialect = DialectOf(MptcpVersion::k1)) : dialect_(&dialect) {}

  State state() const { return state_; }
  bool IsComplete() const { return state_ == State::kNone || state_ == State::kEstablished; }

  void Open(std::uint32_t nonce);
  // Responder: nonces and keys are known with the SYN.
  void Accept(std::uint32_t own_nonce, std::uint32_t peer_nonce);

  wire::MpJoinSyn Syn(Token peer_token, AddressId own_address, bool backup) const;
  wire::MpJoinSynAck SynAck(const crypto::Key& own, const crypto::Key& peer, AddressId own_address, bool backup) const;
  wire::MpJoinAck Ack(const crypto::Key& own, const crypto::Key& peer) const;

  // Opener. False: the HMAC is wrong, the subflow must be reset.
  bool OnSynAck(const wire::MpJoinSynAck& option, const crypto::Key& own, const crypto::Key& peer, Instant now,
                Duration first_repeat);
  // Opener: a segment that is neither SYN nor RST arrived. True if this completed the handshake.
  bool OnFourthPacket();
  // Responder. False: the HMAC is wrong or missing.
  bool OnAck(const std::optional<wire::MpJoinAck>& option, const crypto::Key& own, const crypto::Key& peer);

  // Opener: when the third ACK is due again; Infinite() if it is not.
  Instant NextRepeat() const { return state_ == State::kPreEstablished ? next_repeat_ : Instant::Infinite(); }
  // It is repeated now, with back-off. False: that was often enough, give the subflow up.
  bool OnRepeat(Instant now);

 private:
  const Dialect* dialect_;
  State state_ = State::kNone;
  std::uint32_t own_nonce_ = 0;
  std::uint32_t peer_nonce_ = 0;
  Instant next_repeat_;
  Duration interval_;
  int repeats_ = 0;
};

}  // namespace mptcpp::core
