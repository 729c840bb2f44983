// SPDX-License-Identifier: Apache-2.0
// The order of what a ladder shows: departures and arrivals by time, causes before effects. Both drawings follow it.
#pragma once

#include <cstddef>
#include <vector>

#include "trace/ladder.h"

namespace mptcpp::trace {

struct LadderRow {
  Instant at{};
  std::size_t arrow = 0;  // index
  std::size_t host = 0;   // where it happens
  bool is_departure = true;
};

// A lost arrow has a departure only. At equal times an arrival comes before the departures that it may have caused.
std::vector<LadderRow> RowsOf(const Ladder& ladder);

}  // namespace mptcpp::trace
