// SPDX-License-Identifier: Apache-2.0
// For tests of controllers: ACKs in one line, and a path that acknowledges whole windows round by round.
#pragma once

#include "congestion/controller.h"

namespace mptcpp::congestion {

inline constexpr std::uint32_t kTestMss = 1000;

constexpr Bytes Segments(std::int64_t n) { return Bytes(n * kTestMss); }

// An ACK of `segments` on a subflow that is limited by its window.
inline AckSample Ack(Instant now, Bytes acked, Duration rtt = Duration::Millis(100)) {
  AckSample ack;
  ack.now = now;
  ack.acked = acked;
  ack.rtt = ack.smoothed_rtt = ack.min_rtt = rtt;
  ack.cwnd_limited = true;
  return ack;
}

// One round trip: the whole window is acknowledged, segment by segment, evenly spread over `rtt`. Returns the end of the round.
inline Instant RunRound(Controller& controller, Instant now, Duration rtt) {
  const std::int64_t segments = controller.control().cwnd / Segments(1);
  for (std::int64_t i = 0; i < segments; ++i) {
    now = now + rtt / segments;
    AckSample ack = Ack(now, Segments(1), rtt);
    ack.round_start = i == 0;
    controller.OnAck(ack);
  }
  return now;
}

inline CongestionEvent LossOf(const Controller& controller, Instant now = {}) {
  return {.now = now, .in_flight = controller.control().cwnd, .newly_lost = Segments(1)};
}

}  // namespace mptcpp::congestion
