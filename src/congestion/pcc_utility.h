// SPDX-License-Identifier: Apache-2.0
// What PCC maximises: U(x) = x^alpha - beta * L * x - gamma * D * x, for a rate x that lost the share L and made the round trip
// grow by D seconds per second (Vivace, NSDI 2018; MPCC, CoNEXT 2020). x^alpha is not scale free: the unit of x belongs to the
// constants. The same numbers mean something else in Mbit/s than in bytes per second.
#pragma once

#include <string_view>

#include "base/units.h"

namespace mptcpp::congestion {

struct PccUtility {
  double alpha = 0.9;  // 0 .. 1, exclusive: below 1 makes rates converge to fair shares
  double beta = 0;     // price of loss
  double gamma = 0;    // price of growing queues
  double unit = 1;     // bytes per second; 125000: Mbit/s

  // `total` is what the reward counts, in bytes per second.
  double Of(Rate total, double loss, double slope) const;
  // The loss ratio below which more is still better on an empty path: alpha * x^(alpha-1) / beta.
  double LossTolerance(Rate total) const;
  // "alpha=", "beta=", "gamma=", "unit=", separated by ':'. False: not understood.
  bool Read(std::string_view parameters);
};

}  // namespace mptcpp::congestion
