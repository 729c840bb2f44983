// SPDX-License-Identifier: Apache-2.0
// MPCC (Gilad, Schiff, Schapira, CoNEXT 2020): PCC for several paths. Every subflow runs its own experiments at the pace of its
// own round trip; there is no joint controller and no lock-step. What couples them is the utility: it rewards the *connection's*
// total rate, but charges the loss and the delay of the subflow's *own* path. A subflow on a crowded path gains little by pushing
// when its siblings already earn much elsewhere, and yields; in parallel networks the connections end up lexicographically
// max-min fair.
//
// The others' part of the total is what they have published: the rate of their last decision, not of every experiment. It is read
// once per round of probes and held, so that experiments compare like with like.
//
// Two kinds: MPCC-latency charges growing round trips too and keeps queues short; MPCC-loss sees losses only. Constants and
// machine are those of the authors' kernel release, with rates in bytes per second: docs/decisions/mpcc.md.
#pragma once

#include "congestion/group.h"
#include "congestion/pcc.h"

namespace mptcpp::congestion {

class Mpcc final : public PccController {
 public:
  enum class Kind : std::uint8_t { kLoss, kLatency };

  static constexpr PccUtility kLossUtility = {.alpha = 0.9, .beta = 11, .gamma = 0, .unit = 1};
  static constexpr PccUtility kLatencyUtility = {.alpha = 0.9, .beta = 11, .gamma = 1, .unit = 1};
  static double Amplify(int streak) { return 1 + 2 * streak; }
  // The probe for a subflow at `own` whose siblings send `others`; gentler once it has moved.
  static Rate ProbeAmplitude(Rate own, Rate others, bool has_moved);

  Mpcc(const ControllerConfig& config, Group& group, Kind kind);
  std::string_view name() const override { return kind_ == Kind::kLoss ? "mpcc-loss" : "mpcc-latency"; }
  void OnSent(Instant now, Bytes bytes, Bytes in_flight) override;
  void OnAck(const AckSample& ack) override;

  Rate others() const { return others_; }

 protected:
  Rate Total(Rate own) const override { return own + others_; }
  Rate Amplitude() const override { return ProbeAmplitude(rate(), others_, has_moved()); }
  void OnExperiment(Instant now) override;
  void OnDecided() override;

 private:
  Kind kind_;
  Seat seat_;
  Rate others_;
};

}  // namespace mptcpp::congestion
