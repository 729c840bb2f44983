// SPDX-License-Identifier: Apache-2.0
// The scheduler plug point: a pure function from a snapshot of the subflows to a decision. It cannot touch a window or a
// timer; what a decision costs is carried out by the connection. Chosen per connection by name, changed at any time
// (Endpoint::SetScheduler). Your own: docs/write-a-scheduler.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/time.h"
#include "base/units.h"

namespace mptcpp::scheduler {

inline constexpr std::size_t kMaxSubflows = 32;

// One subflow as the scheduler sees it. `index` is its bit in a Decision.
struct SubflowSnapshot {
  std::uint8_t index = 0;
  bool usable = false;        // established, proven for data, not closing
  bool backup = false;        // the peer or we asked for backup only (RFC 8684 3.3.8)
  bool stale = false;         // unanswered retransmissions: not to be given new data
  bool carried_segment = false; // the segment in question was sent here before (reinjection)
  bool over_cap = false;      // has sent what PathPreference::data_cap allows
  std::uint8_t weight = 1;    // PathPreference, never 0
  std::uint8_t cost = 0;
  Bytes cwnd;
  Bytes in_flight;
  Bytes space;                // what congestion and peer windows let it send now; 0: it cannot take a full segment
  Bytes sent;                 // payload given to it so far, copies included
  std::uint32_t mss = 1460;
  Duration smoothed_rtt;      // Zero(): no sample yet
  Duration rtt_variation;
  Rate pacing_rate;           // Infinite(): it does not pace
};

struct Snapshot {
  Instant now;
  std::span<const SubflowSnapshot> subflows;
  Bytes unsent;        // bytes in the send buffer that no subflow has had
  Bytes send_window;   // what the peer's shared window still allows
  std::uint64_t opportunistic_copies = 0;  // segments sent again so far because they blocked the shared window
};

// Bit i set: send the next segment on the subflow with index i. No bit: wait. Several bits: redundant copies;
// one of them must have space now, the others get theirs when they have.
struct Decision {
  std::uint32_t subflows = 0;
  bool IsWait() const { return subflows == 0; }
  static Decision Wait() { return {}; }
  static Decision On(std::uint8_t index) { return {1u << index}; }
};

// Per-connection memory of a scheduler (a round-robin cursor, BLEST's lambda), owned by the connection. All zero at first, and
// again when another scheduler is chosen.
struct SchedulerState {
  std::array<std::uint64_t, 8> words{};
};

struct SchedulerInfo {
  std::string_view name;     // of static storage
  std::string_view summary;  // half a line for --help
  Decision (*choose)(const Snapshot& snapshot, SchedulerState& state);
};

}  // namespace mptcpp::scheduler
