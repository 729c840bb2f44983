// SPDX-License-Identifier: Apache-2.0
// A box in the path that does to TCP what boxes in the Internet do: it sees the packets of both directions and lets out none,
// one or several, changed or not, now or later, to either side. A box does not know where it stands: MiddleboxChain puts boxes
// in line and a Path carries the chain. Each has random numbers of its own, drawn from (seed, name).
//
// Boxes meet whole TCP segments of at most one MTU with intact checksums only: the chain splits super-segments and lets
// everything else around them. What they let out has a right checksum again, unless the class says otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "sim/packet_pool.h"
#include "sim/random_stream.h"

namespace mptcpp::sim {

// Along a path: from PathOptions::from to PathOptions::to, or the other way.
enum class Direction : std::uint8_t { kThere, kBack };
constexpr Direction Opposite(Direction direction) {
  return direction == Direction::kThere ? Direction::kBack : Direction::kThere;
}

// The directions in which a box interferes.
struct Directions {
  bool there = true;
  bool back = true;
  constexpr bool Has(Direction direction) const { return direction == Direction::kThere ? there : back; }
};

struct MiddleboxCounters {
  std::uint64_t seen = 0;    // packets that came in
  std::uint64_t passed = 0;  // let out, changed or not
  std::uint64_t dropped = 0;
  std::uint64_t changed = 0;   // packets whose bytes are not what came in
  std::uint64_t injected = 0;  // packets that nobody sent
};

// One line of a box's log.
struct MiddleboxNote {
  Instant at;
  std::string_view box;
  std::string_view what;  // "drop", "change", "inject"
  Direction direction;
  const Packet& packet;
};

class Middlebox {
 public:
  // Takes what a box lets out; it travels on, in `direction`, at `at`.
  class Outlet {
   public:
    virtual ~Outlet() = default;
    virtual void Send(PacketPtr packet, Direction direction, Instant at) = 0;
  };

  virtual ~Middlebox() = default;
  // Before the first packet. Everything outlives the box; `name` and `seed` decide its random numbers.
  void Attach(std::string name, std::uint64_t seed, PacketPool& pool, Outlet& outlet);
  void Enter(PacketPtr packet, Direction direction, Instant now);
  // When OnDeadline() wants to be called, for boxes that hold packets back or repeat their own.
  virtual Instant NextDeadline() const { return Instant::Infinite(); }
  void RunDeadline(Instant now);
  // What the gate does not admit passes by unseen, and is not counted. Before the first packet.
  void set_gate(std::function<bool(Packet& packet, Direction direction)> admits) { admits_ = std::move(admits); }

  const std::string& name() const { return name_; }
  const MiddleboxCounters& counters() const { return counters_; }
  // Called for everything but unchanged passing.
  void set_log(std::function<void(const MiddleboxNote&)> log) { log_ = std::move(log); }

 protected:
  virtual void Process(PacketPtr packet, Direction direction) = 0;
  virtual void OnDeadline() {}

  Instant now() const { return now_; }
  PacketPool& pool() { return *pool_; }
  RandomStream& random() { return *random_; }

  // The packet goes on.
  void Pass(PacketPtr packet, Direction direction) { PassAt(std::move(packet), direction, now_); }
  void PassAt(PacketPtr packet, Direction direction, Instant at);
  // To be said of every packet that is let out with other bytes than it came in with.
  void NoteChange(const Packet& packet, Direction direction);
  void Drop(PacketPtr packet, Direction direction);
  // A packet that the box made up.
  void Inject(PacketPtr packet, Direction direction) { InjectAt(std::move(packet), direction, now_); }
  void InjectAt(PacketPtr packet, Direction direction, Instant at);

 private:
  void Note(std::string_view what, const Packet& packet, Direction direction) const;

  std::string name_;
  PacketPool* pool_ = nullptr;
  Outlet* outlet_ = nullptr;
  std::optional<RandomStream> random_;
  Instant now_;
  MiddleboxCounters counters_;
  std::function<void(const MiddleboxNote&)> log_;
  std::function<bool(Packet&, Direction)> admits_;
};

}  // namespace mptcpp::sim
