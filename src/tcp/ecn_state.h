// SPDX-License-Identifier: Apache-2.0
// Explicit congestion notification as both ends of RFC 3168 6.1 see it: who may send ECT, when ACKs carry ECE, when the next
// new data carries CWR. What the SYNs said decides two things separately (6.1.1): whoever also sent or heard a SYN without ECN does
// not send ECT; whoever offered it and was never told otherwise answers marks. Owned by one Subflow. Reacting to the echo is the
// sender's.
#pragma once

#include <cstdint>

#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

class EcnState {
 public:
  // `asks`: our SYN offers ECN. `answers`: a SYN that offers it is accepted.
  EcnState(bool asks, bool answers) : asks_(asks), answers_(asks || answers) {}
  // Our data leaves as ECN-capable.
  bool in_use() const { return sent_offer_ && heard_offer_ && !sent_plain_ && !heard_plain_ && !given_up_; }

  // Flags of our SYN: ECE and CWR; once it had to be repeated none, some middlebox may drop it for them (6.1.1.1).
  void DecorateSyn(wire::TcpFlags& flags, bool repeated) {
    const bool offer = asks_ && !repeated;
    flags.ece = flags.cwr = offer;
    (offer ? sent_offer_ : sent_plain_) = true;
  }
  void DecorateSynAck(wire::TcpFlags& flags) {
    flags.ece = answers_ && heard_offer_;
    (flags.ece ? sent_offer_ : sent_plain_) = true;
  }
  void OnSyn(wire::TcpFlags flags) { (flags.ece && flags.cwr ? heard_offer_ : heard_plain_) = true; }
  // Both flags are the reflection of ours by a broken host or middlebox, no answer.
  void OnSynAck(wire::TcpFlags flags) { (flags.ece && !flags.cwr ? heard_offer_ : heard_plain_) = true; }

  // Any acceptable segment. 6.1.3: CWR ends the echo, a new mark starts it again. True: it was marked.
  bool OnReceived(Ecn ecn, wire::TcpFlags flags) {
    if (!sent_offer_ || heard_plain_) return false;
    if (flags.cwr) echo_ = false;
    if (ecn == Ecn::kCe) echo_ = true;
    return ecn == Ecn::kCe;
  }
  bool IsEcho(wire::TcpFlags flags) const { return sent_ect_ && flags.ece && !flags.syn; }
  void OnWindowReduced() { reduced_ = true; }

  void Decorate(wire::TcpFlags& flags) const { flags.ece = echo_; }
  // New data: ECT(0), and CWR once after a reduction. Not for retransmissions, ACKs and probes (6.1.4, 6.1.5, 6.1.6).
  Ecn OnNewData(wire::TcpFlags& flags) {
    flags.cwr = reduced_;  // owed by whoever ever sent ECT
    reduced_ = false;
    if (!in_use()) return Ecn::kNotEct;
    sent_ect_ = true;
    return Ecn::kEct0;
  }

  // Somebody may drop what is marked ECN-capable; retransmissions, which are not, get through. Data that arrived at its first
  // attempt speaks for the path, timeouts without any against it. True: ECT is given up with this one.
  void OnFirstAttemptDelivered() { timeouts_ = 0; }
  bool OnTimeout() {
    if (!in_use() || !sent_ect_ || ++timeouts_ < kTimeoutsOfABlackHole) return false;
    given_up_ = true;
    return true;
  }

 private:
  static constexpr std::uint8_t kTimeoutsOfABlackHole = 2;

  bool asks_, answers_;
  bool sent_offer_ = false, sent_plain_ = false;    // ECN-setup and non-ECN-setup SYN or SYN/ACK of ours (6.1.1)
  bool heard_offer_ = false, heard_plain_ = false;  // ... of the peer
  bool sent_ect_ = false;
  bool given_up_ = false;
  bool echo_ = false;
  bool reduced_ = false;
  std::uint8_t timeouts_ = 0;
};

}  // namespace mptcpp::tcp
