// SPDX-License-Identifier: Apache-2.0
// Opportunistic retransmission and penalisation (Raiciu et al., NSDI 2012, mechanisms 1 and 2): when the shared window is
// what stops a subflow that could send, the segment that blocks the window is sent again on it, and the slower subflow that
// holds that segment is slowed down. Pure: facts in, decision out.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "scheduler/scheduler.h"

namespace mptcpp::scheduler {

struct BlockingSegment {
  std::uint32_t holders = 0;          // bits of the subflows that carry the head of the connection's unacknowledged data
  std::uint32_t penalise_allowed = 0; // bits of subflows not penalised within the last srtt of the chosen one
};

struct OpportunisticDecision {
  std::uint8_t retransmit_on = 0xff;  // index, or 0xff for none
  std::uint32_t penalise = 0;         // halve cwnd (and ssthresh outside slow start) of these
};

OpportunisticDecision DecideOpportunistic(const Snapshot& snapshot, const BlockingSegment& head);

}  // namespace mptcpp::scheduler
