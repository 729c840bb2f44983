// SPDX-License-Identifier: Apache-2.0
#include "stack/deadline_index.h"

namespace mptcpp::stack {

void DeadlineIndex::Set(std::uint32_t id, Instant at) {
  if (id >= position_.size()) position_.resize(id + 1, kNone);
  const std::uint32_t slot = position_[id];
  if (slot != kNone) {
    if (at >= heap_[slot].at) return;  // later: found out when the old one comes up
    heap_[slot].at = at;
    SiftUp(slot);
    return;
  }
  if (at.IsInfinite()) return;
  heap_.push_back({});
  Place(heap_.size() - 1, {at, id});
  SiftUp(heap_.size() - 1);
}

void DeadlineIndex::Remove(std::uint32_t id) {
  if (id < position_.size() && position_[id] != kNone) RemoveAt(position_[id]);
}

std::uint32_t DeadlineIndex::PopDue(Instant now) {
  if (heap_.empty() || heap_.front().at > now) return kNone;
  const std::uint32_t id = heap_.front().id;
  RemoveAt(0);
  return id;
}

void DeadlineIndex::Place(std::size_t slot, Entry entry) {
  heap_[slot] = entry;
  position_[entry.id] = static_cast<std::uint32_t>(slot);
}

void DeadlineIndex::SiftUp(std::size_t slot) {
  const Entry entry = heap_[slot];
  while (slot > 0) {
    const std::size_t parent = (slot - 1) / 2;
    if (heap_[parent].at <= entry.at) break;
    Place(slot, heap_[parent]);
    slot = parent;
  }
  Place(slot, entry);
}

void DeadlineIndex::SiftDown(std::size_t slot) {
  const Entry entry = heap_[slot];
  for (;;) {
    std::size_t child = 2 * slot + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) ++child;
    if (entry.at <= heap_[child].at) break;
    Place(slot, heap_[child]);
    slot = child;
  }
  Place(slot, entry);
}

void DeadlineIndex::RemoveAt(std::size_t slot) {
  position_[heap_[slot].id] = kNone;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (slot == heap_.size()) return;
  Place(slot, last);
  SiftUp(slot);
  SiftDown(position_[last.id]);
}

bool DeadlineIndex::IsConsistent() const {
  for (std::size_t slot = 0; slot < heap_.size(); ++slot) {
    if (position_[heap_[slot].id] != slot) return false;
    if (slot > 0 && heap_[(slot - 1) / 2].at > heap_[slot].at) return false;
  }
  return true;
}

}  // namespace mptcpp::stack
