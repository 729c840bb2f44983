// SPDX-License-Identifier: Apache-2.0
// Where things stand in a drawn ladder, in units of the drawing: a height for each departure and arrival, and for any time
// between. Kept apart from the drawing so that it can be tested without looking.
#pragma once

#include <cstddef>
#include <vector>

#include "trace/ladder.h"

namespace mptcpp::trace {

struct ArrowHeights {
  double departure = 0, arrival = 0;
};

// A stretch without events that was shortened.
struct ShortenedGap {
  double top = 0, bottom = 0;
  Duration time{};
};

class LadderLayout {
 public:
  static constexpr double kLabelHeight = 19;   // above a departure at its host, so that labels touch nothing
  static constexpr double kEventHeight = 9;    // between other events at one host
  static constexpr double kTravelHeight = 46;  // a typical delay
  static constexpr double kLongestGap = 76;    // more is not drawn, but marked

  explicit LadderLayout(const Ladder& ladder);

  const std::vector<ArrowHeights>& arrows() const { return arrows_; }
  const std::vector<ShortenedGap>& gaps() const { return gaps_; }
  double height() const { return height_; }
  double HeightAt(Instant at) const;

 private:
  struct Point {
    Instant at;
    double height;
  };
  std::vector<ArrowHeights> arrows_;
  std::vector<ShortenedGap> gaps_;
  std::vector<Point> points_;
  double height_ = 0;
};

}  // namespace mptcpp::trace
