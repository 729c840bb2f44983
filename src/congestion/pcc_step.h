// SPDX-License-Identifier: Apache-2.0
// How far a PCC controller moves its rate along a gradient of utility: further when several decisions in a row point the same way
// (the amplifier), never further than a boundary that widens while it is hit, and less eagerly after the direction has just
// changed (the swing buffer). Vivace and MPCC differ in the numbers only. Owned by one controller.
#pragma once

#include "base/units.h"

namespace mptcpp::congestion {

struct PccStepRules {
  double (*amplify)(int streak);   // factor after so many earlier decisions in the same direction
  double boundary = 0.05;          // largest change, as a part of the reference rate
  double boundary_growth = 0.05;   // added each time it was hit, taken back each time it was not
  Rate least_change;               // smaller ones drown in noise
};

class PccStep {
 public:
  explicit PccStep(const PccStepRules& rules) : rules_(rules) {}

  // The change of `own` (bytes per second, signed) for a gradient in utility per rate unit; 0 for a gradient of 0. `reference` is
  // the rate that the boundary is a part of. Remembers the decision.
  double Decide(double gradient, Rate reference, Rate own);
  // Of the last decision: +1, -1, or 0 before the first.
  int direction() const { return direction_; }
  void Forget() { *this = PccStep(rules_); }

 private:
  void Turn(int direction);

  PccStepRules rules_;
  int direction_ = 0;
  int streak_ = 0;
  int swing_ = 0;
  int boundary_hits_ = 0;
};

}  // namespace mptcpp::congestion
