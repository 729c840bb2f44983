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
  bool active = false;        // able to send, and not an idle backup
  bool used = false;          // slot taken
  Duration smoothed_rtt;      // Zero() until there is a sample: such members do not count
  Rate rate;                  // what it says it sends (MPCC, wVegas); zero: it says nothing, cwnd / smoothed_rtt stands for it
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
  // Of a member that counts.
  static Rate RateOf(const GroupMember& member) {
    return member.rate.IsZero() ? Rate::Per(member.cwnd, member.smoothed_rtt) : member.rate;
  }

 private:
  std::array<GroupMember, kMaxMembers> members_{};
};

// A controller's place in a group, for as long as the controller lives. The group outlives it.
class Seat {
 public:
  explicit Seat(Group& group) : group_(group), index_(group.Join()) {}
  ~Seat() { group_.Leave(index_); }
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  // False: the group was full; the controller runs uncoupled and must not ask for its member.
  bool taken() const { return index_ < Group::kMaxMembers; }
  std::size_t index() const { return index_; }
  GroupMember& member() { return group_.member(index_); }
  Group& group() { return group_; }
  const Group& group() const { return group_; }
  // It sent, or was acknowledged: it counts.
  void MarkUsed(Instant now);
  // How long a silent sibling still counts: long enough for a round trip and for the pauses of a bursty application.
  static Duration Patience(Duration smoothed_rtt) { return Longer(smoothed_rtt * 4, Duration::Seconds(1)); }

 private:
  Group& group_;
  const std::size_t index_;
};

}  // namespace mptcpp::congestion
