// SPDX-License-Identifier: Apache-2.0
// The heart of the simulator: who is woken next. Ordered by (time, insertion number), so equal runs are equal to the last bit.
// A node says when it wants to run; asking again for an earlier time supersedes the later wish, whose entry is skipped when it
// comes up. Entries are plain values in one heap: nothing is allocated in steady state.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace mptcpp::sim {

// Something that runs at its own times: a host, a link, the script.
class Node {
 public:
  virtual ~Node() = default;
  virtual Instant NextDeadline() const = 0;
  virtual void Run(Instant now) = 0;

 private:
  friend class EventQueue;
  Instant scheduled_ = Instant::Infinite();  // the earliest entry of this node in the queue
};

class EventQueue {
 public:
  // Reads node.NextDeadline() again; to be called whenever it may have become earlier.
  void Update(Node& node) {
    const Instant deadline = node.NextDeadline();
    if (deadline < node.scheduled_) Insert(node, deadline < now_ ? now_ : deadline);
  }
  // Runs everything due at or before `end`, in order, and leaves now() at `end` (or where `stop` became true).
  template <typename Stop>
  void RunUntil(Instant end, Stop&& stop) {
    while (!heap_.empty() && heap_.front().at <= end) {
      RunNext();
      if (stop()) return;
    }
    if (now_ < end) now_ = end;
  }
  void StartAt(Instant start) { now_ = start; }
  Instant now() const { return now_; }
  // When RunUntil() would run something next; Infinite(): nothing is planned.
  Instant NextDeadline() const { return heap_.empty() ? Instant::Infinite() : heap_.front().at; }
  std::uint64_t events_run() const { return events_run_; }

 private:
  struct Entry {
    Instant at;
    std::uint64_t number;
    Node* node;
  };
  void Insert(Node& node, Instant at);
  void RunNext();

  std::vector<Entry> heap_;
  Instant now_;
  std::uint64_t inserted_ = 0;
  std::uint64_t events_run_ = 0;
  std::uint64_t events_at_now_ = 0;
};

}  // namespace mptcpp::sim
