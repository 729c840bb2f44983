// SPDX-License-Identifier: Apache-2.0
// What coupled controllers of one connection know of each other: windows and round-trip times, by value.
// Owned by the connection; a controller joins when it is made and leaves when it is destroyed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "base/units.h"

namespace mptcpp::congestion {

struct GroupMember {
  Bytes cwnd;                 // in fast recovery: ssthresh; while the application is the limit: what is in flight (RFC 6356 3)
  std::uint32_t mss = 1460;
  Duration smoothed_rtt;      // Zero() until there is a sample: such members do not count
  bool active = false;        // able to send, and not an idle backup
  bool used = false;          // slot taken
  Bytes loss_interval;        // acknowledged between two losses, or since the last if that is more (OLIA)
  Instant last_used;          // when it last sent or was acknowledged: see DropIdle()
};

class Group {
 public:
  static constexpr std::size_t kMaxMembers = 32;
  // Index of a free slot, or kMaxMembers when full (such a controller runs uncoupled).
  std::size_t Join();
  void Leave(std::size_t member);
  GroupMember& member(std::size_t i) { return members_[i]; }
  const std::array<GroupMember, kMaxMembers>& members() const { return members_; }
  // A member that moved nothing for `patience` (an idle backup, a dead path) is active no more: its window carries nothing and
  // must not hold the others back. Sending makes it active again.
  void DropIdle(Instant now, Duration patience);
  // Members that count: used, active, with an RTT.
  std::size_t ActiveCount() const;
  static bool Counts(const GroupMember& member) {
    return member.used && member.active && member.smoothed_rtt > Duration::Zero();
  }

 private:
  std::array<GroupMember, kMaxMembers> members_{};
};

}  // namespace mptcpp::congestion
