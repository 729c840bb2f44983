// SPDX-License-Identifier: Apache-2.0
// Explicit congestion notification as both ends of RFC 3168 6.1 see it: who may send ECT, when ACKs carry ECE, when the next
// new data carries CWR. Owned by one Subflow. Reacting to the echo is the sender's.
#pragma once

#include "wire/packet.h"
#include "wire/tcp_segment.h"

namespace mptcpp::tcp {

class EcnState {
 public:
  explicit EcnState(bool wanted) : wanted_(wanted) {}
  bool in_use() const { return in_use_; }

  // Flags of our SYN: ECE and CWR; once it had to be repeated none, some middlebox may drop it for them (6.1.1.1).
  void DecorateSyn(wire::TcpFlags& flags, bool repeated) {
    offered_ = wanted_ && !repeated;
    flags.ece = flags.cwr = offered_;
  }
  void DecorateSynAck(wire::TcpFlags& flags) const { flags.ece = in_use_; }
  void OnSyn(wire::TcpFlags flags) { in_use_ = wanted_ && flags.ece && flags.cwr; }
  void OnSynAck(wire::TcpFlags flags) { in_use_ = offered_ && flags.ece && !flags.cwr; }

  // Any acceptable segment. 6.1.3: CWR ends the echo, a new mark starts it again.
  void OnReceived(Ecn ecn, wire::TcpFlags flags) {
    if (!in_use_) return;
    if (flags.cwr) echo_ = false;
    if (ecn == Ecn::kCe) echo_ = true;
  }
  bool IsEcho(wire::TcpFlags flags) const { return in_use_ && flags.ece && !flags.syn; }
  void OnWindowReduced() { reduced_ = in_use_; }

  void Decorate(wire::TcpFlags& flags) const { flags.ece = echo_; }
  // New data: ECT(0), and CWR once after a reduction. Not for retransmissions, ACKs and probes (6.1.4, 6.1.5, 6.1.6).
  Ecn OnNewData(wire::TcpFlags& flags) {
    if (!in_use_) return Ecn::kNotEct;
    flags.cwr = reduced_;
    reduced_ = false;
    return Ecn::kEct0;
  }

 private:
  bool wanted_;
  bool offered_ = false;
  bool in_use_ = false;
  bool echo_ = false;
  bool reduced_ = false;
};

}  // namespace mptcpp::tcp
