// SPDX-License-Identifier: Apache-2.0
#include "laboratory/statistics.h"

#include <algorithm>
#include <cmath>

namespace mptcpp::laboratory {

Statistics Summarise(std::span<const double> values) {
  Statistics result{.count = values.size()};
  if (values.empty()) return result;
  for (const double value : values) result.mean += value;
  result.mean /= static_cast<double>(values.size());
  result.least = *std::ranges::min_element(values);
  result.most = *std::ranges::max_element(values);
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.spread = std::sqrt(squares / static_cast<double>(values.size() - 1));
  return result;
}

double Jain(std::span<const double> values) {
  double sum = 0, squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  return squares > 0 ? sum * sum / (static_cast<double>(values.size()) * squares) : 1;
}

double Percentile(std::vector<double> values, double fraction) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= values.size()) return values.back();
  return values[below] + (place - static_cast<double>(below)) * (values[below + 1] - values[below]);
}

}  // namespace mptcpp::laboratory
