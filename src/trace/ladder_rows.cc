// SPDX-License-Identifier: Apache-2.0
#include "trace/ladder_rows.h"

#include <algorithm>

namespace mptcpp::trace {

std::vector<LadderRow> RowsOf(const Ladder& ladder) {
  std::vector<LadderRow> rows;
  for (std::size_t i = 0; i < ladder.arrows.size(); ++i) {
    const LadderArrow& arrow = ladder.arrows[i];
    rows.push_back({arrow.sent, i, arrow.from, true});
    if (arrow.fate == ArrowFate::kArrived && arrow.arrived > arrow.sent) rows.push_back({arrow.arrived, i, arrow.to, false});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const LadderRow& a, const LadderRow& b) {
    return a.at != b.at ? a.at < b.at : a.is_departure < b.is_departure;
  });
  // What takes no time arrives at once: right behind its departure.
  std::vector<LadderRow> all;
  for (const LadderRow& row : rows) {
    all.push_back(row);
    const LadderArrow& arrow = ladder.arrows[row.arrow];
    if (row.is_departure && arrow.fate == ArrowFate::kArrived && arrow.arrived <= arrow.sent)
      all.push_back({arrow.sent, row.arrow, arrow.to, false});
  }
  return all;
}

}  // namespace mptcpp::trace
