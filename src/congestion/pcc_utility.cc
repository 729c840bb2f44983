// SPDX-License-Identifier: Apache-2.0
#include "congestion/pcc_utility.h"

#include <cmath>

#include "congestion/parameters.h"

namespace mptcpp::congestion {

double PccUtility::Of(Rate total, double loss, double slope) const {
  const double x = total.bytes_per_second() / unit;
  return std::pow(x, alpha) - (beta * loss + gamma * slope) * x;
}

double PccUtility::LossTolerance(Rate total) const {
  return alpha * std::pow(total.bytes_per_second() / unit, alpha - 1) / beta;
}

bool PccUtility::Read(std::string_view parameters) {
  const Parameter known[] = {{.name = "alpha", .value = &alpha, .least = 0.01, .most = 0.99},
                             {.name = "beta", .value = &beta, .least = 0, .most = 1e6},
                             {.name = "gamma", .value = &gamma, .least = 0, .most = 1e6},
                             {.name = "unit", .value = &unit, .least = 1e-3, .most = 1e12}};
  return ReadParameters(parameters, known);
}

}  // namespace mptcpp::congestion
