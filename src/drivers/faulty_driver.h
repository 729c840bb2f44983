// SPDX-License-Identifier: Apache-2.0
// A driver around another one that behaves like a worse network: seeded loss and duplication, a rate limit with a queue, delay,
// and a switch that lets a path vanish silently. For tests, the demo and hidden test options: it copies every segment, so it is
// no traffic shaper for production.
//
// What we send is cut into wire segments first, so that loss hits single segments as it does on a real link. A black hole
// swallows both directions.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "base/units.h"
#include "drivers/driver.h"

namespace mptcpp::drivers {

// Faults of the path that starts at one local address.
struct PathFaults {
  IpAddress local;  // none: every address that has no entry of its own
  double loss = 0;  // probability per segment sent, 0 .. 1
  double duplication = 0;
  Rate rate = Rate::Infinite();
  Duration delay = Duration::Zero();       // added to every segment sent
  Duration queue = Duration::Millis(100);  // what would wait longer for its turn is dropped (with a finite rate)
  bool black_hole = false;
};

struct FaultStatistics {
  std::uint64_t lost = 0, duplicated = 0, overflowed = 0, swallowed = 0;
};

class FaultyDriver : public Driver {
 public:
  FaultyDriver(std::unique_ptr<Driver> inner, std::vector<PathFaults> paths, std::uint64_t seed);

  // For the path of this local address; does nothing if it has no entry.
  void SetBlackHole(const IpAddress& local, bool on);
  const FaultStatistics& faults() const { return faults_; }

  std::span<const DriverFd> fds() const override { return inner_->fds(); }
  std::uint64_t generation() const override { return inner_->generation(); }
  std::size_t ReceiveBatch(std::span<RxPacket> out) override;
  bool HasReceived() const override { return inner_->HasReceived(); }
  std::size_t ReceiveErrors(std::span<wire::IcmpError> out) override { return inner_->ReceiveErrors(out); }
  bool CanSend() const override { return inner_->CanSend(); }
  void Send(std::span<const TxPacket> packets, Instant now) override;
  void Flush(Instant now) override;
  Instant NextDeadline() const override;
  const DriverStatistics& statistics() const override { return inner_->statistics(); }

 private:
  struct Segment {
    Instant due;
    std::uint64_t order = 0;  // of equal times the first sent goes first
    TxPacket packet;          // without slices; `payload` follows
    std::vector<std::byte> payload;
  };
  struct Path {
    PathFaults faults;
    Instant free_at;  // when the link has sent everything before
  };

  static bool Later(const Segment& a, const Segment& b);
  Path* PathOf(const IpAddress& local);
  void SendSegment(Path& path, const TxPacket& packet, std::size_t index, Instant now);
  void Keep(const TxPacket& packet, std::span<const std::byte> segment, Instant due);
  bool Happens(double probability);

  std::unique_ptr<Driver> inner_;
  std::vector<Path> paths_;
  std::vector<Segment> waiting_;  // a heap: the earliest at the front
  std::uint64_t next_order_ = 0;
  std::mt19937_64 random_;
  FaultStatistics faults_;
};

}  // namespace mptcpp::drivers
