// SPDX-License-Identifier: Apache-2.0
// The scheduler plug point: a pure function from a snapshot of the subflows to a decision. It cannot touch a window or a
// timer; what a decision costs is carried out by the connection. Chosen per connection by name.
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
  Bytes cwnd;
  Bytes in_flight;
  Bytes space;                // what congestion and peer windows let it send now; 0: it cannot take a full segment
  std::uint32_t mss = 1460;
  Duration smoothed_rtt;      // Zero(): no sample yet
  Duration rtt_variation;
  Rate pacing_rate;
  Bytes queued;               // handed over and not yet on the wire
};

struct Snapshot {
  Instant now;
  std::span<const SubflowSnapshot> subflows;
  Bytes unsent;        // bytes in the send buffer that no subflow has had
  Bytes send_window;   // what the peer's shared window still allows
};

// Bit i set: send the next segment on the subflow with index i. No bit: wait. Several bits: redundant copies;
// one of them must have space now, the others get theirs when they have.
struct Decision {
  std::uint32_t subflows = 0;
  bool IsWait() const { return subflows == 0; }
  static Decision Wait() { return {}; }
  static Decision On(std::uint8_t index) { return {1u << index}; }
};

// Per-connection memory of a scheduler (a round-robin cursor, BLEST's lambda), owned by the connection.
struct SchedulerState {
  std::array<std::uint64_t, 8> words{};
};

struct SchedulerInfo {
  std::string_view name;
  std::string_view summary;
  Decision (*choose)(const Snapshot& snapshot, SchedulerState& state);
};

std::span<const SchedulerInfo> Schedulers();
// nullptr if there is none of this name.
const SchedulerInfo* FindScheduler(std::string_view name);

}  // namespace mptcpp::scheduler
