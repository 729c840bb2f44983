// SPDX-License-Identifier: Apache-2.0
// Numbers behind a controller's name: "mpcc-loss:beta=11.35:unit=125000" names the controller mpcc-loss and two parameters.
#pragma once

#include <span>
#include <string_view>

namespace mptcpp::congestion {

struct Parameter {
  std::string_view name;
  double* value;  // changed only if it is given
  double least;   // inclusive
  double most;
};

// Reads "name=number:name=number" into `known`. False if a name is unknown, a number is none, or out of its range; values that
// came before the fault may have changed then. Empty text is right and changes nothing.
bool ReadParameters(std::string_view text, std::span<const Parameter> known);

}  // namespace mptcpp::congestion
