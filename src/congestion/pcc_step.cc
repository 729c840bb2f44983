// SPDX-License-Identifier: Apache-2.0
#include "congestion/pcc_step.h"

#include <algorithm>
#include <cmath>

namespace mptcpp::congestion {
namespace {

// theta_0 = 1 Mbit/s per unit of gradient: Vivace's. The release of MPCC arrives at the same number from B/s.
constexpr double kBytesPerGradient = 125'000;
constexpr int kMostSwing = 2;

}  // namespace

void PccStep::Turn(int direction) {
  if (direction_ == 0) {
    direction_ = direction;
  } else if (direction != direction_) {
    direction_ = direction;
    streak_ = boundary_hits_ = 0;
    swing_ = std::min(swing_ + 1, kMostSwing);
  } else if (swing_ == 0) {
    ++streak_;
  } else {
    --swing_;
  }
}

double PccStep::Decide(double gradient, Rate reference, Rate own) {
  if (gradient == 0) return 0;
  Turn(gradient > 0 ? 1 : -1);
  double size = kBytesPerGradient * std::abs(gradient) * rules_.amplify(streak_);
  const double limit = (rules_.boundary + rules_.boundary_growth * boundary_hits_) * reference.bytes_per_second();
  if (size > limit) {
    size = limit;
    ++boundary_hits_;
  } else {
    boundary_hits_ = std::max(boundary_hits_ - 1, 0);
  }
  size = std::max(size, rules_.least_change.bytes_per_second());
  return direction_ * std::min(size, own.bytes_per_second() / 2);
}

}  // namespace mptcpp::congestion
