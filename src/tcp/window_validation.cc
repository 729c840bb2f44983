// SPDX-License-Identifier: Apache-2.0
#include "tcp/window_validation.h"

namespace mptcpp::tcp {
namespace {

constexpr Duration kNonValidatedPeriod = Duration::Seconds(300);  // RFC 7661 4.4.3: NVP

// RFC 7661 4.2: max(3 * RTT, 1 s).
Duration SamplingPeriod(Duration smoothed_rtt) { return Longer(smoothed_rtt * 3, Duration::Seconds(1)); }

}  // namespace

void WindowValidation::OnAcked(Bytes acked, bool round_start, Duration smoothed_rtt, Instant now) {
  const Duration period = SamplingPeriod(smoothed_rtt);
  if (now - period_start_ >= period) {
    before_ = now - period_start_ < period * 2 ? recent_ : Bytes();
    recent_ = Bytes();
    period_start_ = now;
  }
  if (round_start) {
    recent_ = Larger(recent_, round_);
    known_ |= round_ > Bytes();
    round_ = Bytes();
  }
  round_ += acked;
}

bool WindowValidation::MustDecay(bool unused, Instant now) {
  if (!unused) {
    unvalidated_since_ = Instant::Infinite();
    return false;
  }
  if (unvalidated_since_.IsInfinite()) unvalidated_since_ = now;
  if (now - unvalidated_since_ < kNonValidatedPeriod) return false;
  unvalidated_since_ = now;
  return true;
}

}  // namespace mptcpp::tcp
