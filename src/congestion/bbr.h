// SPDX-License-Identifier: Apache-2.0
// BBR version 1 (Cardwell et al., CACM 2017; constants and rules of Linux's tcp_bbr.c): instead of filling the queue until it
// drops, build a model of the path and sail at its knee. Two numbers make the model: the bottleneck's bandwidth, the largest
// delivery rate of the last ten round trips, and the round trip without a queue, the smallest of the last ten seconds. Their
// product is what the path holds. The two cannot be seen at the same time, so BBR looks for them in turn:
//
//   STARTUP    rate x 2.89 per round trip, until the bandwidth stops growing (three rounds without a quarter more)
//   DRAIN      1/2.89, until what STARTUP put into the queue is gone
//   PROBE_BW   eight phases of about a round trip: 1.25 to ask for more, 0.75 to take back what it cost, six times 1
//   PROBE_RTT  four segments in flight for 200 ms, if no smaller round trip was seen for ten seconds
//
// Losses do not lower the model: random loss costs what it loses. The window, twice what the path holds, only caps what a
// stalled ACK stream could pile up. Uncoupled: two subflows through one bottleneck take two shares.
#pragma once

#include "congestion/ack_aggregation.h"
#include "congestion/bbr_policer.h"
#include "congestion/controller.h"
#include "congestion/small_random.h"
#include "congestion/windowed_max.h"

namespace mptcpp::congestion {

class Bbr final : public Controller {
 public:
  enum class State : std::uint8_t { kStartup, kDrain, kProbeBandwidth, kProbeRtt };

  explicit Bbr(const ControllerConfig& config);
  std::string_view name() const override { return "bbr"; }
  const Control& control() const override { return control_; }
  void OnSent(Instant, Bytes, Bytes) override {}
  void OnAck(const AckSample& ack) override;
  void OnCongestionEvent(const CongestionEvent& event) override;
  void OnRto(Instant now, Bytes in_flight, bool first) override;
  void OnSpuriousLoss(Instant now) override;
  void OnIdle(Instant now, Duration idle, Bytes in_flight) override;
  void LimitWindow(Bytes cwnd, Bytes ssthresh) override;
  void OnMssChange(std::uint32_t mss) override;
  void Continue(const Handover& from) override;

  // For tests.
  State state() const { return state_; }
  Rate bandwidth() const { return policer_.detected() ? policer_.rate() : bandwidth_.value(); }
  Duration min_rtt() const { return min_rtt_; }
  double pacing_gain() const { return pacing_gain_; }

 private:
  // bbr_model.cc: what the path is.
  void UpdateRound(const AckSample& ack);
  void UpdateBandwidth(const AckSample& ack);
  void UpdatePhase(const AckSample& ack);
  void CheckFullPipe(const AckSample& ack);
  void CheckDrained(const AckSample& ack);
  void UpdateMinRtt(const AckSample& ack);
  void ProbeRtt(const AckSample& ack);
  void LeaveProbeRtt(Instant now);
  void EnterProbeBandwidth(Instant now);
  void ResumeAfterProbe(Instant now);
  void SetPhase(int phase, Instant now);
  Bytes Inflight(double gain) const;
  Bytes Quantum() const;
  double WindowGain() const;

  // bbr.cc: what follows.
  void SetPacingRate();
  void SetWindow(const AckSample& ack);
  bool RecoverOrRestore(const AckSample& ack);
  void SaveWindow();
  Bytes mss() const { return Bytes(config_.mss); }
  Bytes MinWindow() const { return mss() * 4; }

  ControllerConfig config_;
  Control control_;
  State state_ = State::kStartup;
  double pacing_gain_;

  WindowedMax<Rate> bandwidth_;
  Duration min_rtt_ = Duration::Infinite();
  Instant min_rtt_at_;
  std::uint64_t round_ = 0;
  Bytes next_round_;            // delivered at which the next round begins
  bool round_start_ = false;

  Rate full_bandwidth_;         // of the last round that still grew
  int full_rounds_ = 0;
  bool full_ = false;

  int phase_ = 0;
  Instant phase_began_;
  SmallRandom random_;

  Instant probe_rtt_ends_;      // Infinite(): the window has not come down yet
  bool probe_rtt_round_ = false;
  Bytes limited_until_;         // delivered up to which samples tell of our own restraint
  bool resumed_ = false;        // from idle: an old min_rtt is no reason to probe

  bool recovering_ = false;
  bool conserving_ = false;     // first round of a recovery: send what arrives, no more
  Bytes saved_window_;
  Bytes last_delivered_, last_in_flight_, last_acked_;

  AckAggregation aggregation_;
  BbrPolicer policer_;
};

}  // namespace mptcpp::congestion
