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
  Bytes cwnd;                 // in fast recovery: ssthresh (RFC 6356 3)
  std::uint32_t mss = 1460;
  Duration smoothed_rtt;      // Zero() until there is a sample: such members do not count
  bool active = false;        // able to send, and not an idle backup
  bool used = false;          // slot taken
};

class Group {
 public:
  static constexpr std::size_t kMaxMembers = 32;
  // Index of a free slot, or kMaxMembers when full (such a controller runs uncoupled).
  std::size_t Join();
  void Leave(std::size_t member);
  GroupMember& member(std::size_t i) { return members_[i]; }
  const std::array<GroupMember, kMaxMembers>& members() const { return members_; }
  // Members that count: used, active, with an RTT.
  std::size_t ActiveCount() const;

 private:
  std::array<GroupMember, kMaxMembers> members_{};
};

}  // namespace mptcpp::congestion
