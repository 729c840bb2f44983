// SPDX-License-Identifier: Apache-2.0
// wVegas, "weighted Vegas" (Cao, Xu, Fu, ICNP 2012; draft-xu-mptcp-congestion-control): congestion is heard as delay, before
// anything is lost. A window of w on a path whose round trip grew from base to rtt has w * (rtt - base) / rtt segments waiting
// in queues; each subflow steers that number to its share alpha of ten segments for the whole connection. Shares follow the
// rates, so traffic moves to where ten segments of queue buy more: to the less congested path. It is gentle to the point of
// starving beside loss-based flows that fill the queue it wants to keep short.
//
// Once per round trip the window moves by one segment, as in Vegas. Losses are answered as in Reno.
#pragma once

#include "congestion/coupled.h"

namespace mptcpp::congestion {

// Segments waiting in queues, by Vegas' estimate.
double VegasBacklog(double cwnd_segments, Duration base_rtt, Duration rtt);

class WVegas final : public CoupledBase {
 public:
  static constexpr double kInitialAlpha = 2;  // segments; also the least
  static constexpr double kTotalAlpha = 10;   // of all subflows
  static constexpr double kGamma = 1;         // backlog that ends slow start

  WVegas(const ControllerConfig& config, Group& group) : CoupledBase(config, group) {}
  std::string_view name() const override { return "wvegas"; }
  void OnAck(const AckSample& ack) override;
  void OnCongestionEvent(const CongestionEvent& event) override;
  void OnRto(Instant now, Bytes in_flight, bool first) override;
  void OnIdle(Instant now, Duration idle, Bytes in_flight) override;
  void Continue(const Handover& from) override;

  double alpha() const { return alpha_; }

 private:
  double Segments() const { return static_cast<double>(control_.cwnd.count()) / static_cast<double>(mss().count()); }
  void Sample(const AckSample& ack);
  void EndRound(const AckSample& ack);
  void LeaveSlowStart(Duration rtt);
  void Avoid(double backlog, Duration rtt, bool may_grow);
  void UpdateShare(Duration rtt);
  void DrainIfDoubled(Duration rtt);
  void StartAfresh();

  double alpha_ = kInitialAlpha;
  Duration base_rtt_ = Duration::Infinite();
  Duration least_queue_ = Duration::Infinite();  // since the last drain
  Duration rtt_sum_;  // of this round
  std::int64_t samples_ = 0;
};

}  // namespace mptcpp::congestion
