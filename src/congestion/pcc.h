// SPDX-License-Identifier: Apache-2.0
// PCC, "Performance-oriented Congestion Control" (Dong et al., NSDI 2015 and 2018): instead of answering events by rules, a
// sender runs experiments. It sends a little faster and a little slower than now, each for one monitor interval, sees which of
// them served its utility better, and moves its rate that way. Random loss, policers and odd queues need no rule of their own:
// whatever they do shows in the utility.
//
//   STARTING   one interval, wait for its result, double; until utility falls, then back to the last good rate
//   PROBING    four intervals, two pairs of (rate + d, rate - d) in random order; if both pairs agree, step that way
//   MOVING     step on with one interval each while utility keeps rising in the same direction; then probe again
//
// While results are awaited the rate is held. An interval that something else than the rate has limited (the application, a
// window) says nothing and is repeated. Losses and timeouts do not change the rate by themselves; the window is only a cap of two
// round trips' worth against a dead path. This is the machine that Vivace and MPCC share; they say what utility is, how hard to
// probe and how far to step.
#pragma once

#include "congestion/controller.h"
#include "congestion/monitor_intervals.h"
#include "congestion/pcc_step.h"
#include "congestion/pcc_utility.h"
#include "congestion/small_random.h"

namespace mptcpp::congestion {

struct PccRules {
  Rate initial_rate;
  Rate least_rate;
  double interval_rtts = 1;  // length of an interval in smoothed round trips
  PccStepRules step;
  double slope_noise = 0;           // slopes of the round trip below this count as none
  bool counts_falling_rtt = true;   // a queue that shrinks earns utility
  double start_loss = 0;            // in STARTING losses below this are forgiven: it overshoots by design
  double start_slope = 0;           // and slopes below this
};

class PccController : public Controller {
 public:
  enum class State : std::uint8_t { kStarting, kProbing, kMoving };

  const Control& control() const final { return control_; }
  void OnSent(Instant now, Bytes bytes, Bytes in_flight) override;
  void OnAck(const AckSample& ack) override;
  void OnCongestionEvent(const CongestionEvent&) override {}
  void OnRto(Instant now, Bytes in_flight, bool first) override;
  void OnSpuriousLoss(Instant) override {}
  void OnIdle(Instant now, Duration idle, Bytes in_flight) override;
  void LimitWindow(Bytes cwnd, Bytes ssthresh) override;
  void OnMssChange(std::uint32_t mss) override;
  void Continue(const Handover& from) override;

  State state() const { return state_; }
  Rate rate() const { return rate_; }  // the central one; control().pacing_rate is what is tried now

 protected:
  PccController(const ControllerConfig& config, const PccRules& rules, const PccUtility& utility);

  // What the reward counts when this subflow sends at `own`.
  virtual Rate Total(Rate own) const { return own; }
  // How far to probe above and below.
  virtual Rate Amplitude() const = 0;
  // An experiment begins: STARTING, or a round of four probes.
  virtual void OnExperiment(Instant) {}
  // The rate was decided by probes, or given at the start.
  virtual void OnDecided() {}
  // The rate moved for the first time since STARTING: probes may become gentler.
  bool has_moved() const { return has_moved_; }

 private:
  void TryRate(Rate rate, Instant now);
  void Restart(Instant now);
  bool IntervalIsLongEnough(Instant now) const;
  bool IsUsable(const MonitorInterval& interval) const;
  bool IsOverdue(Instant now) const;
  void Advance(Instant now);
  void Judge(Instant now);
  void JudgeStart(Instant now);
  void JudgeProbes(Instant now);
  void JudgeMove(Instant now);
  double Utility(const MonitorInterval& interval) const;
  double Gradient(double utility_a, Rate a, double utility_b, Rate b) const;
  void Remember(double utility, Rate rate);
  bool IsCollapse(const MonitorInterval& interval) const;
  void BeginProbing(Instant now);
  void NextProbe(Instant now);
  void StepBy(double gradient, Instant now);
  void SetRate(double bytes_per_second);
  void UpdateWindow(Bytes acked);
  Bytes mss() const { return Bytes(config_.mss); }

  ControllerConfig config_;
  PccRules rules_;
  PccUtility utility_;
  Control control_;
  State state_ = State::kStarting;
  Rate rate_;
  MonitorIntervals intervals_;
  PccStep step_;
  Duration smoothed_rtt_;
  Duration interval_length_;        // of the open interval
  SmallRandom random_;             // the order of probes must not depend on the path
  bool first_high_ = false;         // of the pair under way: the faster probe first
  bool has_moved_ = false;
  int retries_ = 0;                 // of STARTING
  double reference_utility_ = 0;    // to compare the next interval with
  Rate reference_rate_;             // zero: nothing to compare with yet
};

}  // namespace mptcpp::congestion
