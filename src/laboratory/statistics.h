// SPDX-License-Identifier: Apache-2.0
// The few statistics that experiments need.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mptcpp::laboratory {

struct Statistics {
  std::size_t count = 0;
  double mean = 0;
  double spread = 0;  // sample standard deviation; 0 with fewer than two values
  double least = 0, most = 0;
};

Statistics Summarise(std::span<const double> values);

// Jain's index of fairness, (sum x)^2 / (n sum x^2): 1 when all are equal, 1/n when one has everything. 1 for no values.
double Jain(std::span<const double> values);

// The value below which `fraction` of them lie (0 .. 1), between neighbours linearly; 0 for no values.
double Percentile(std::vector<double> values, double fraction);

}  // namespace mptcpp::laboratory
