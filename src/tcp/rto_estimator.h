// SPDX-License-Identifier: Apache-2.0
// The retransmission timeout (RFC 6298): smoothed round-trip time, its variation, back-off. Integers in nanoseconds.
// Two deviations, both Linux's and both on the careful side:
//  - the floor is under the variation, not under the sum: RTO = SRTT + max(min_rto, 4 * RTTVAR). A path of 300 ms without
//    jitter keeps min_rto of slack instead of none.
//  - a window gives many samples, and RTTVAR would forget a spike within one round trip (RFC 7323 4.3): the largest RTTVAR of
//    a round counts until the next begins. With one sample per round this is RFC 6298 to the letter.
// It holds no timer. Owned by one Sender.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "mptcpp/options.h"

namespace mptcpp::tcp {

class RtoEstimator {
 public:
  explicit RtoEstimator(const TcpOptions& options)
      : min_rto_(options.min_rto), max_rto_(options.max_rto), initial_rto_(options.initial_rto) {}

  // A round-trip time that Karn's algorithm allows, > 0; ends the back-off (RFC 6298 5.7 note, 3). `round_start`: the first
  // ACK of a new round trip.
  void AddSample(Duration rtt, bool round_start);
  // The timer expired (5.5).
  void BackOff();
  // The expiry was spurious: as if it had not happened.
  void ClearBackOff() { back_off_ = 0; }
  // Data begins after a SYN that timed out: without a sample the timeout is 3 s from now on (5.7).
  void OnSynTimedOut();

  bool has_sample() const { return smoothed_ > Duration::Zero(); }
  Duration smoothed() const { return smoothed_; }  // Zero() before the first sample
  Duration variation() const { return variation_; }
  // The timeout with its back-off, at most max_rto.
  Duration rto() const;
  Duration max_rto() const { return max_rto_; }
  std::uint8_t back_off() const { return back_off_; }

 private:
  Duration min_rto_;
  Duration max_rto_;
  Duration initial_rto_;
  Duration smoothed_;
  Duration variation_;
  Duration round_peak_;        // of variation_, since the round began
  std::uint8_t back_off_ = 0;  // doublings
};

}  // namespace mptcpp::tcp
