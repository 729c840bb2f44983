// SPDX-License-Identifier: Apache-2.0
// CUBIC (RFC 9438): after a loss the window follows a cubic curve of time, steep at first, flat around the window at which the
// loss happened (W_max), then steep again to probe beyond. Growth depends on time and not on round trips, so long paths are
// not starved. Where plain Reno would be faster (small windows, short RTTs) the Reno-friendly estimate W_est leads.
// Windows inside are segments, as in the RFC; what leaves is bytes.
#pragma once

#include "congestion/reno_common.h"

namespace mptcpp::congestion {

// The curve of one epoch (RFC 9438 4.2), pure, so that it can be checked against the RFC's numbers.
struct CubicCurve {
  static constexpr double kC = 0.4;  // segments / s^3
  static constexpr double kBeta = 0.7;
  static constexpr double kAlpha = 3 * (1 - kBeta) / (1 + kBeta);  // of the Reno-friendly region

  double w_max = 0;  // segments
  double k = 0;      // seconds until the curve reaches w_max

  static CubicCurve From(double w_max, double cwnd_epoch);
  double At(double seconds) const;
};

class Cubic final : public RenoBase {
 public:
  explicit Cubic(const ControllerConfig& config) : RenoBase(config, CubicCurve::kBeta) {}
  std::string_view name() const override { return "cubic"; }
  void OnAck(const AckSample& ack) override;
  void OnCongestionEvent(const CongestionEvent& event) override;
  void OnRto(Instant now, Bytes in_flight, bool first) override;
  void OnSpuriousLoss(Instant now) override;
  void OnIdle(Instant now, Duration idle, Bytes in_flight) override;
  void LimitWindow(Bytes cwnd, Bytes ssthresh) override;
  void OnMssChange(std::uint32_t mss) override;

 private:
  // Everything that a reduction forgets and an undo brings back (RFC 9438 4.9).
  struct State {
    double w_max = 0;  // segments at the last reduction; 0: none known
    double cwnd_prior = 0;
    double w_est = 0;
    CubicCurve curve;
    Duration elapsed;  // of the epoch, without the time in which the application was the limit (RFC 9438 4.2)
    bool in_epoch = false;
  };
  double Segments() const { return static_cast<double>(control_.cwnd.count()) / static_cast<double>(mss().count()); }
  void StartEpoch();
  void Avoid(Bytes acked, Duration smoothed_rtt);
  void RememberMax();

  State state_;
  State undo_state_;
  Instant last_ack_;
};

}  // namespace mptcpp::congestion
