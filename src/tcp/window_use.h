// SPDX-License-Identifier: Apache-2.0
// Was the congestion window what limited the sender lately? Only then do ACKs say that a larger one would work (RFC 7661,
// RFC 5681 3.1). Judged per window of data, as Linux does. Owned by one Sender.
#pragma once

#include "base/seq_num.h"
#include "base/units.h"
#include "congestion/controller.h"

namespace mptcpp::tcp {

class WindowUse {
 public:
  // Something was sent; `in_flight` counts it.
  void OnSent(Bytes window, Bytes in_flight, std::uint32_t mss, SeqNum una, SeqNum nxt) {
    const bool full = window - in_flight < Bytes(mss);
    if (full || una.AtOrAfter(judged_until_) || (!limited_ && in_flight > most_)) {
      limited_ = full;
      most_ = in_flight;
      judged_until_ = nxt;
    }
  }
  // In slow start half a window is enough: pacing spreads the other half, and the window is about to double.
  bool Limited(const congestion::Control& control) const {
    return limited_ || (control.cwnd < control.ssthresh && control.cwnd < most_ * 2);
  }

 private:
  bool limited_ = false;
  Bytes most_;
  SeqNum judged_until_;
};

}  // namespace mptcpp::tcp
