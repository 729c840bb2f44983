// SPDX-License-Identifier: Apache-2.0
// The boxes of one path, in order: the first is nearest to the path's `from` side. It stands before both links of the path. That
// is the same as standing in the middle of the way with both halves of each way added up behind it: what a box answers to the
// sender takes one way back, not a round trip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/event_queue.h"
#include "sim/middlebox.h"

namespace mptcpp::sim {

class MiddleboxChain final : public Node {
 public:
  // Where a packet goes that has passed all boxes.
  using Exit = std::function<void(PacketPtr packet, Direction direction, Instant now)>;

  MiddleboxChain(std::string path_name, std::uint64_t seed, PacketPool& pool, Exit exit);
  ~MiddleboxChain() override;
  MiddleboxChain(const MiddleboxChain&) = delete;
  MiddleboxChain& operator=(const MiddleboxChain&) = delete;

  // Appends a box; its name becomes "<path>/<number from 0>", so that its random numbers do not depend on what else there is.
  template <typename Box>
  Box& Add(std::unique_ptr<Box> box) {
    Box& added = *box;
    AddBox(std::move(box));
    return added;
  }
  // A packet enters at its sender's end. `now` never goes backwards.
  void Enter(PacketPtr packet, Direction direction, Instant now);
  const std::vector<std::unique_ptr<Middlebox>>& boxes() const { return boxes_; }

  // --- Node: packets that were held back, and boxes with timers ---
  Instant NextDeadline() const override;
  void Run(Instant now) override;

 private:
  class Stage;
  struct Travelling {
    Instant at;
    std::uint64_t number;
    std::size_t position;  // of the box that is next, or kOut
    Direction direction;
    Packet* packet;
  };
  struct Later;
  static constexpr std::size_t kOut = SIZE_MAX;

  void AddBox(std::unique_ptr<Middlebox> box);
  void Launch(PacketPtr packet, Direction direction, std::size_t position, Instant at);
  // Moves everything that is due, until nothing is.
  void Settle(Instant now);
  std::size_t Next(std::size_t position, Direction direction) const;
  void EnterSplit(const Packet& super_segment, Direction direction, Instant now);

  std::string path_name_;
  std::uint64_t seed_;
  PacketPool& pool_;
  Exit exit_;
  std::vector<std::unique_ptr<Stage>> stages_;  // outlive the boxes
  std::vector<std::unique_ptr<Middlebox>> boxes_;
  std::vector<Travelling> travelling_;  // heap, soonest first
  std::uint64_t launched_ = 0;
};

}  // namespace mptcpp::sim
