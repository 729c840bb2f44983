// SPDX-License-Identifier: Apache-2.0
// COUPLED (Kelly and Voice 2005, Han et al. 2006, as NSDI 2011 restates it): one TCP's window, spread over the paths. Each
// acknowledged segment adds 1/w_total, each loss takes w_total/2 from the subflow that lost. All traffic goes to the paths that
// lose least; the others keep a probing window, so it is slow to find a path that has become good, and it ignores round-trip
// times. LIA, OLIA and BALIA are what was made of it; it is here to compare them with.
#pragma once

#include "congestion/coupled.h"

namespace mptcpp::congestion {

class FullyCoupled final : public CoupledBase {
 public:
  FullyCoupled(const ControllerConfig& config, Group& group) : CoupledBase(config, group) {}
  std::string_view name() const override { return "coupled"; }
  void OnAck(const AckSample& ack) override;
  void OnCongestionEvent(const CongestionEvent& event) override;

 private:
  double TotalWindow() const;

  double total_ = 0;  // bytes
};

}  // namespace mptcpp::congestion
