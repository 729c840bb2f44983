// SPDX-License-Identifier: Apache-2.0
// How much more ACKs deliver in a lump than the estimated rate explains: Wi-Fi, GRO and some modems hold ACKs back and release
// them together. A window of one bandwidth-delay product would fall silent between two lumps; BBR adds the largest excess of the
// last five to ten rounds to it. Constants are Linux's (tcp_bbr.c). Owned by one Bbr.
#pragma once

#include "base/time.h"
#include "base/units.h"
#include "congestion/windowed_max.h"

namespace mptcpp::congestion {

class AckAggregation {
 public:
  // `estimate` is the bandwidth before this ACK, `round` the number of the round trip. No excess counts for more than `cwnd`.
  void OnAck(Instant now, Bytes acked, Rate estimate, Bytes cwnd, std::uint64_t round);
  void BeginEpoch(Instant now);
  // What the window gets on top.
  Bytes Excess(Rate estimate) const;

 private:
  static constexpr std::uint64_t kWindowRounds = 10;

  Instant epoch_;
  Bytes acked_;  // in this epoch
  WindowedMax<std::int64_t> excess_{kWindowRounds};
};

}  // namespace mptcpp::congestion
