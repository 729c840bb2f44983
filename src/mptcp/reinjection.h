// SPDX-License-Identifier: Apache-2.0
// What must be sent again on another subflow (RFC 8684 3.3.6), and when a subflow's silence is long enough to do so.
//
// The idea: data that a silent subflow holds blocks the whole connection. Its own RTO (200 ms and more) protects the network
// against duplicates on *that* path; another path needs no such patience. So when nothing at all came back for a round trip
// and its spread, or a tail loss probe or RTO fired, everything outstanding there is handed on, each range once per other
// subflow, and the subflow gets no new data until it answers. An ordinary loss does not look like that: SACKs keep coming.
// The silent subflow goes on with its own retransmissions: the hole in its sequence space must be filled with the same bytes.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "mptcp/ring.h"

namespace mptcpp::core {

// A range to send again.
struct ReinjectRange {
  std::uint64_t data_offset = 0;
  std::uint32_t length = 0;
  std::uint32_t carried = 0;   // bits of the subflows that had it: not there
  std::uint32_t targets = 0;   // if not 0: only there, one copy each (redundant scheduling)
  bool opportunistic = false;  // counted apart
  std::uint64_t End() const { return data_offset + length; }
};

class ReinjectionQueue {
 public:
  void Push(const ReinjectRange& range) { queue_.push_back(range); }
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  ReinjectRange& front() { return queue_.front(); }
  void PopFront() { queue_.pop_front(); }
  void Clear() {
    queue_.clear();
    parked_.clear();
  }
  // The front waits aside: those that could carry it are silent just now. What is behind it need not wait with it.
  void Park() {
    parked_.push_back(queue_.front());
    queue_.pop_front();
  }
  // Who can carry what has changed: everything parked is looked at again.
  void Unpark();
  // Forgets what lies below `una` (acknowledged at data level) at the head of the queue.
  void SkipAcknowledged(std::uint64_t una);

 private:
  Ring<ReinjectRange> queue_;
  Ring<ReinjectRange> parked_;
};

struct SilenceFacts {
  Duration smoothed_rtt;  // Zero(): no sample
  Duration rtt_variation;
  Duration rto;
  bool one_segment = false;  // no more than one segment is outstanding: the peer may delay its ACK
};

// How long a subflow with outstanding data may be silent before its data is handed on.
Duration SilenceLimit(const SilenceFacts& facts);

// So many timeouts in a row, without any answer, make a subflow stale (Linux: stale_loss_cnt, 4 there).
inline constexpr std::uint32_t kStaleTimeouts = 3;

// A silent subflow is asked so often whether its path is back; its own retransmissions back off to a minute (RFC 6298 5.5), and
// a path that works again should not wait for them. Asking costs one empty segment.
inline constexpr Duration kProbeInterval = Duration::Seconds(1);

}  // namespace mptcpp::core
