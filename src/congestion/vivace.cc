// SPDX-License-Identifier: Apache-2.0
#include "congestion/vivace.h"

#include <algorithm>

namespace mptcpp::congestion {
namespace {

constexpr double kProbe = 0.05;
constexpr Rate kLeastProbe = Rate::MegabitsPerSecond(0.1);

PccRules Rules() {
  return {.initial_rate = Rate::MegabitsPerSecond(4),
          .least_rate = Rate::MegabitsPerSecond(0.5),
          .interval_rtts = 1,
          .step = {.amplify = Vivace::Amplify,
                   .boundary = 0.05,
                   .boundary_growth = 0.1,
                   .least_change = Rate::MegabitsPerSecond(0.5)},
          .slope_noise = 0.02,
          .counts_falling_rtt = false,
          .start_loss = 0.15,
          .start_slope = 0.2};
}

PccUtility UtilityFor(std::string_view parameters) {
  PccUtility utility = Vivace::kUtility;
  utility.Read(parameters);
  return utility;
}

}  // namespace

double Vivace::Amplify(int streak) {
  const int tau = streak + 1;
  if (tau <= 3) return tau;
  if (tau <= 6) return 2 * tau - 3;
  if (tau <= 9) return 4 * tau - 15;
  return 9 * tau - 50;
}

Vivace::Vivace(const ControllerConfig& config) : PccController(config, Rules(), UtilityFor(config.parameters)) {}

Rate Vivace::Amplitude() const { return std::max(rate() * kProbe, kLeastProbe); }

}  // namespace mptcpp::congestion
