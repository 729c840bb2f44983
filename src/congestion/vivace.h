// SPDX-License-Identifier: Apache-2.0
// PCC Vivace (Dong et al., NSDI 2018), single path: the utility x^0.9 - 11.35 x L - 900 x dRTT/dt, x in Mbit/s, makes every flow
// of a bottleneck converge to the same rate and bears about 5 % random loss at 100 Mbit/s. The reference that MPCC builds on.
// Each subflow runs for itself, so two of them through one bottleneck take two shares. gamma=0 is Vivace-loss.
#pragma once

#include "congestion/pcc.h"

namespace mptcpp::congestion {

class Vivace final : public PccController {
 public:
  static constexpr PccUtility kUtility = {.alpha = 0.9, .beta = 11.35, .gamma = 900, .unit = 125'000};
  // The paper's confidence amplifier m(tau) after `streak` earlier decisions in the same direction (tau = streak + 1).
  static double Amplify(int streak);

  explicit Vivace(const ControllerConfig& config);
  std::string_view name() const override { return "vivace"; }

 protected:
  Rate Amplitude() const override;
};

}  // namespace mptcpp::congestion
