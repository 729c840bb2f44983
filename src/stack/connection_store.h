// SPDX-License-Identifier: Apache-2.0
// Where connections live: slots with generations, so that a handle of the past is recognised.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mptcp/connection.h"
#include "mptcpp/handle.h"

namespace mptcpp::stack {

struct ConnectionSlot {
  std::unique_ptr<core::Connection> connection;
  std::uint32_t generation = 0;
  std::uint32_t listener = UINT32_MAX;  // index of the listener that made it, until it is accepted
  std::uint32_t listener_generation = 0;
  std::uint16_t pending_events = 0;     // bits of merged kinds that are in the event queue, or kept back until Accept()
  bool held = false;                    // the application has a handle
  bool half_open = false;               // counted against the half-open limits
  bool fast_open_pending = false;       // counted in the queue of fast opens of
  std::uint32_t fast_open_listener = UINT32_MAX;  // this listener
  std::uint8_t half_open_joins = 0;     // counted against the endpoint's limit
  bool ready = false;                   // in the ready list
};

class ConnectionStore {
 public:
  std::uint32_t Add(std::unique_ptr<core::Connection> connection) {
    std::uint32_t index;
    if (free_.empty()) {
      index = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      index = free_.back();
      free_.pop_back();
    }
    const std::uint32_t generation = slots_[index].generation;
    slots_[index] = ConnectionSlot{};
    slots_[index].generation = generation;
    slots_[index].connection = std::move(connection);
    slots_[index].connection->stack_index = index;
    ++size_;
    return index;
  }

  void Remove(std::uint32_t index) {
    slots_[index].connection.reset();
    ++slots_[index].generation;
    free_.push_back(index);
    --size_;
  }

  ConnectionSlot& operator[](std::uint32_t index) { return slots_[index]; }
  const ConnectionSlot& operator[](std::uint32_t index) const { return slots_[index]; }
  // Slot of a valid handle, or UINT32_MAX.
  std::uint32_t IndexOf(ConnectionId id) const {
    const bool known = id.index < slots_.size() && slots_[id.index].connection && slots_[id.index].held &&
                       slots_[id.index].generation == id.generation;
    return known ? id.index : UINT32_MAX;
  }
  ConnectionId IdOf(std::uint32_t index) const { return {index, slots_[index].generation}; }
  std::size_t size() const { return size_; }
  std::uint32_t slot_count() const { return static_cast<std::uint32_t>(slots_.size()); }

 private:
  std::vector<ConnectionSlot> slots_;
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace mptcpp::stack
