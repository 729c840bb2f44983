// SPDX-License-Identifier: Apache-2.0
#include "congestion/group.h"

#include <algorithm>

namespace mptcpp::congestion {

std::size_t Group::Join() {
  const auto free = std::ranges::find_if(members_, [](const GroupMember& m) { return !m.used; });
  if (free == members_.end()) return kMaxMembers;
  *free = GroupMember{};
  free->used = true;
  return static_cast<std::size_t>(free - members_.begin());
}

void Group::Leave(std::size_t member) {
  if (member < kMaxMembers) members_[member] = GroupMember{};
}

void Group::DropIdle(Instant now, Duration patience) {
  for (GroupMember& m : members_) {
    if (m.active && now - m.last_used > patience) m.active = false;
  }
}

std::size_t Group::ActiveCount() const { return static_cast<std::size_t>(std::ranges::count_if(members_, Counts)); }

void Seat::MarkUsed(Instant now) {
  if (!taken()) return;
  member().active = true;
  member().last_used = now;
}

}  // namespace mptcpp::congestion
