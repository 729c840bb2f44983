// SPDX-License-Identifier: Apache-2.0
// BBR's detector of token-bucket policers: a path that lets bursts pass and then drops everything above a rate makes the maximum
// filter believe in the burst. When two successive intervals of heavy loss delivered at about the same rate, that rate is
// taken for the policer's and used for a while. Constants are Linux's (tcp_bbr.c). Owned by one Bbr.
#pragma once

#include "base/time.h"
#include "base/units.h"
#include "congestion/controller.h"

namespace mptcpp::congestion {

class BbrPolicer {
 public:
  // Once per ACK that brought a rate sample. True: the policed rate has been used long enough; probe anew.
  bool OnAck(const AckSample& ack, bool round_start, bool probing);
  void Reset();
  bool detected() const { return detected_; }
  Rate rate() const { return rate_; }

 private:
  void BeginInterval(const AckSample& ack);
  void EndInterval(const AckSample& ack, Rate rate);

  bool sampling_ = false;
  bool detected_ = false;
  int rounds_ = 0;
  Rate rate_;  // of the last interval, or the policer's
  Instant began_;
  Bytes delivered_at_begin_;
  Bytes lost_at_begin_;
};

}  // namespace mptcpp::congestion
