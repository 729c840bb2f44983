// SPDX-License-Identifier: Apache-2.0
// The data-level state machine of RFC 8684 appendix D, and the timer that sends a DATA_FIN again (3.3.3). Pure: events in, state
// out. After a fallback the same machine runs on TCP's FINs.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "mptcpp/statistics.h"

namespace mptcpp::core {

class DataClose {
 public:
  DataState state() const { return state_; }

  void OnEstablished();
  // The application closed its direction: a DATA_FIN follows the last byte. Only the first call counts.
  void OnLocalClose();
  // The peer's DATA_FIN is in order: everything before it has arrived.
  void OnPeerFin();
  // Our DATA_FIN is Data-ACKed.
  void OnFinAcknowledged();
  // Every subflow is closed: TIME-WAIT is over.
  void OnSubflowsGone();
  void OnFastcloseSent() { state_ = DataState::kFastcloseWait; }
  void OnAborted() { state_ = DataState::kClosed; }

  bool CanWrite() const { return state_ <= DataState::kEstablished || state_ == DataState::kCloseWait; }
  // A DATA_FIN of ours exists and is not acknowledged.
  bool FinUnacknowledged() const;
  // The peer has Data-ACKed our DATA_FIN.
  bool FinAcknowledged() const;
  bool PeerClosed() const;
  // Both directions ended in order (TIME-WAIT at most remains).
  bool IsDone() const { return state_ == DataState::kTimeWait || (state_ == DataState::kClosed && in_order_); }

  // --- DATA_FIN timer -------------------------------------------------------------------------------------------------------
  void OnFinSent(Instant now, Duration rto);
  Instant NextDeadline() const { return FinUnacknowledged() ? resend_at_ : Instant::Infinite(); }
  bool fin_sent() const { return fin_sent_; }
  int fin_sends() const { return sends_; }

 private:
  DataState state_ = DataState::kPreEstablished;
  bool in_order_ = false;  // both directions ended as they should
  bool fin_sent_ = false;
  Instant resend_at_ = Instant::Infinite();
  int sends_ = 0;
};

}  // namespace mptcpp::core
