// SPDX-License-Identifier: Apache-2.0
// The data-level receive side (RFC 8684 3.3.4): what arrived, in order and not, and the one window that all subflows share.
// Offsets count from 0 for the peer's first byte. The first copy of a byte wins, later ones are ignored (3.3.1). The right
// edge never moves left, because it is `consumed + limit` and the limit only grows.
// The limit follows the reader (dynamic right-sizing, as Linux does): what the application took in one round trip, doubled,
// because the sender may double its window within the next; and what waits for the slowest path, doubled: a receiver that only
// reads knows no round trip but that of the handshakes, and the queue of a slow path may be many of those long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time.h"
#include "base/units.h"
#include "mptcp/range_set.h"
#include "mptcp/stream_store.h"

namespace mptcpp::core {

class ReceiveBuffer {
 public:
  // `account`: as for StreamStore.
  ReceiveBuffer(SlabPool& pool, Bytes initial, Bytes maximum, Bytes* account = nullptr);

  struct Outcome {
    std::uint64_t fresh = 0;      // bytes that were new
    std::uint64_t duplicate = 0;  // bytes received before
    std::uint64_t outside = 0;    // bytes beyond the window: dropped, and so never Data-ACKed (3.3.4)
    bool advanced = false;        // next() moved
  };
  // Stores the bytes at their place in the stream.
  Outcome Insert(std::uint64_t offset, std::span<const std::byte> bytes);

  std::span<const std::byte> Peek() const;
  // n <= readable().
  void Consume(std::uint64_t n);
  // Copies up to out.size() bytes and consumes them.
  std::size_t Read(std::span<std::byte> out);
  // Adjusts the limit after reading; true if it grew.
  bool Autotune(Instant now, Duration round_trip);
  void Drop();  // nobody will read what is here

  std::uint64_t next() const { return next_; }          // next byte expected in order: what a Data ACK says
  std::uint64_t consumed() const { return consumed_; }  // read by the application
  std::uint64_t readable() const { return next_ - consumed_; }
  std::uint64_t right_edge() const { return consumed_ + static_cast<std::uint64_t>(limit_.count()); }
  Bytes Window() const { return Bytes(static_cast<std::int64_t>(right_edge() - next_)); }
  Bytes out_of_order() const { return Bytes(static_cast<std::int64_t>(waiting_.total())); }
  std::size_t waiting_ranges() const { return waiting_.size(); }
  Bytes limit() const { return limit_; }
  Bytes maximum() const { return maximum_; }

 private:
  void Advance();
  std::size_t MostRanges() const;

  StreamStore store_;
  RangeSet waiting_;  // beyond next_
  Bytes limit_;
  Bytes maximum_;
  std::uint64_t next_ = 0;
  std::uint64_t consumed_ = 0;
  Instant round_started_;
  std::uint64_t consumed_at_round_start_ = 0;
  bool round_running_ = false;
  Bytes waiting_peak_;  // the most that was out of order in this round
};

}  // namespace mptcpp::core
