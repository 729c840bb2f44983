// SPDX-License-Identifier: Apache-2.0
// EWTCP, "Equally-Weighted TCP" (Honda et al., PFLDNeT 2009, as NSDI 2011 restates it): every subflow is a small TCP of weight
// 1/n, so that n of them through one bottleneck together take one TCP's share. A TCP that grows by a/w per segment holds
// sqrt(2a/p) segments: for a share of 1/n the factor a is 1/n^2. Each path keeps its share whether it loses much or little,
// which is what coupled controllers improve on; it is here to compare them with.
#pragma once

#include "congestion/coupled.h"

namespace mptcpp::congestion {

class Ewtcp final : public CoupledBase {
 public:
  Ewtcp(const ControllerConfig& config, Group& group) : CoupledBase(config, group) {}
  std::string_view name() const override { return "ewtcp"; }
  void OnAck(const AckSample& ack) override;

 private:
  double weight_ = 1;  // a
};

}  // namespace mptcpp::congestion
