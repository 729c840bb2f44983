// SPDX-License-Identifier: Apache-2.0
#include "congestion/pacing.h"

#include <algorithm>

namespace mptcpp::congestion {
namespace {

constexpr double kSlowStartMultiple = 2.0;
constexpr double kCongestionAvoidanceMultiple = 1.2;
constexpr Duration kQuantumTime = Duration::Millis(1);
constexpr Bytes kMaxQuantum = Bytes::KiB(64);

}  // namespace

Rate DefaultPacingRate(const Control& control, Duration smoothed_rtt) {
  if (smoothed_rtt <= Duration::Zero()) return Rate::Infinite();
  // The last doubling before ssthresh is paced like congestion avoidance, or it would overshoot.
  const bool far_below_ssthresh = control.cwnd < control.ssthresh / 2;
  return Rate::Per(control.cwnd, smoothed_rtt) * (far_below_ssthresh ? kSlowStartMultiple : kCongestionAvoidanceMultiple);
}

Bytes DefaultQuantum(Rate rate, std::uint32_t mss) {
  if (rate.IsInfinite()) return kMaxQuantum;
  // Compared as a real number: a rate may be larger than any count of bytes.
  const double wanted = std::min(rate.bytes_per_second() * kQuantumTime.seconds(), static_cast<double>(kMaxQuantum.count()));
  return Larger(Bytes(static_cast<std::int64_t>(wanted)), Bytes(2 * std::int64_t{mss}));
}

void Pacer::SetRate(Rate rate, Bytes quantum) {
  rate_ = rate;
  quantum_ = quantum;
}

// Time since the last release, as far as it may be made up for: one quantum.
Duration Pacer::Credit(Instant now) const { return Shorter(now - release_, rate_.TimeFor(quantum_)); }

Bytes Pacer::Allowed(Instant now) const {
  if (rate_.IsInfinite()) return Bytes::Infinite();
  if (now < release_) return Bytes();
  return quantum_ + rate_.In(Credit(now));
}

void Pacer::OnSent(Instant now, Bytes bytes) {
  if (rate_.IsInfinite() || rate_.IsZero()) return;
  if (now >= release_) release_ = now - Credit(now);
  release_ = release_ + rate_.TimeFor(bytes);
}

}  // namespace mptcpp::congestion
