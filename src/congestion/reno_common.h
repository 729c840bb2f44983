// SPDX-License-Identifier: Apache-2.0
// What the window controllers of Reno's family have in common: initial window, slow start with HyStart++, reduction and its
// undo, timeouts, restart after idle, outside limits. NewReno, CUBIC and LIA differ in how they avoid congestion, and say so
// in OnAck. Recovery is tcp's: during it the window stays at ssthresh, and PRR decides what leaves.
#pragma once

#include <cstdint>

#include "congestion/controller.h"
#include "congestion/hystart.h"

namespace mptcpp::congestion {

// RFC 6928 2: min(n * MSS, max(2 * MSS, n * 1460)), n = 10 by default.
Bytes InitialWindow(const ControllerConfig& config);

class RenoBase : public Controller {
 public:
  const Control& control() const final { return control_; }
  void OnSent(Instant, Bytes, Bytes) override {}
  void OnCongestionEvent(const CongestionEvent& event) override;
  void OnRto(Instant now, Bytes in_flight, bool first) override;
  void OnSpuriousLoss(Instant now) override;
  void OnIdle(Instant now, Duration idle, Bytes in_flight) override;
  void OnLongUnused() override;
  void LimitWindow(Bytes cwnd, Bytes ssthresh) override;
  void OnMssChange(std::uint32_t mss) override;
  void Continue(const Handover& from) override;

 protected:
  // `beta`: what a reduction leaves of the flight.
  RenoBase(const ControllerConfig& config, double beta);

  // May this ACK grow the window? In fast recovery it may not; in the recovery after a timeout slow start goes on.
  bool MayGrow(const AckSample& ack) const;
  // Grows the window while it is below ssthresh; returns the acknowledged bytes that are left for congestion avoidance.
  Bytes SlowStart(const AckSample& ack);
  // RFC 5681 (3): one MSS for every window of acknowledged bytes.
  void AvoidLikeReno(Bytes acked);
  // Grows (or shrinks, to one segment at least) by a fraction of bytes: what is not whole waits for the next ACK.
  void GrowBy(double bytes);

  // What the next reduction leaves of the flight.
  void set_beta(double beta) { beta_ = beta; }

  Bytes mss() const { return Bytes(config_.mss); }
  Bytes MinSsthresh() const { return mss() * 2; }

  Control control_;

 private:
  struct Undo {
    Bytes cwnd;
    Bytes ssthresh;
    bool valid = false;
  };
  Bytes InitialSlowStart(const AckSample& ack);
  void Reduce(Bytes in_flight, Bytes floor);

  ControllerConfig config_;
  double beta_;
  bool grown_ = false;   // an ACK has counted: the window is no longer the initial one
  double fraction_ = 0;  // of a byte
  Bytes acked_in_window_;
  HyStart hystart_;
  Undo undo_;
};

}  // namespace mptcpp::congestion
