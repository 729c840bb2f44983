// SPDX-License-Identifier: Apache-2.0
#include "tcp/rto_estimator.h"

namespace mptcpp::tcp {
namespace {

// 2^16 times the shortest timeout is beyond any max_rto that means something.
constexpr std::uint8_t kMaxBackOff = 16;
constexpr Duration kRtoAfterSynTimeout = Duration::Seconds(3);

constexpr Duration Absolute(Duration d) { return d < Duration::Zero() ? -d : d; }

}  // namespace

void RtoEstimator::AddSample(Duration rtt, bool round_start) {
  rtt = Longer(rtt, Duration::Nanos(1));
  back_off_ = 0;
  if (!has_sample()) {
    smoothed_ = rtt;  // (2.2)
    variation_ = rtt / 2;
    round_peak_ = variation_;
    return;
  }
  // (2.3), the variation first: it needs the old SRTT. Shifts, not divisions: both are hot.
  const std::int64_t error = Absolute(smoothed_ - rtt).nanos();
  variation_ += Duration::Nanos((error - variation_.nanos()) >> 2);
  smoothed_ += Duration::Nanos((rtt - smoothed_).nanos() >> 3);
  round_peak_ = round_start ? variation_ : Longer(round_peak_, variation_);
}

void RtoEstimator::BackOff() {
  if (back_off_ < kMaxBackOff) ++back_off_;
}

void RtoEstimator::OnSynTimedOut() {
  back_off_ = 0;
  initial_rto_ = Longer(initial_rto_, kRtoAfterSynTimeout);
}

Duration RtoEstimator::rto() const {
  const Duration base = has_sample() ? smoothed_ + Longer(min_rto_, round_peak_ * 4) : initial_rto_;
  return Shorter(Shorter(base, max_rto_) * (std::int64_t{1} << back_off_), max_rto_);
}

}  // namespace mptcpp::tcp
