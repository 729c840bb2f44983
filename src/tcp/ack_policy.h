// SPDX-License-Identifier: Apache-2.0
// When an ACK is due (RFC 9293 3.8.6.3, RFC 5681 4.2). Every second full-sized segment, or after a short delay; at once for
// everything that tells the sender something (out of order, a filled hole, FIN, a probe), and at once for the first segments
// of a connection and after silence, because then the sender's window grows with the number of ACKs.
// "At once" means with the next TransmitAck, after the whole batch: a batch or super-segment gets one ACK.
// Decides only; sends nothing. Owned by one Subflow.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace mptcpp::tcp {

class AckPolicy {
 public:
  explicit AckPolicy(Duration delay) : delay_(delay) {}

  // `bytes` of payload arrived in order; `gso_size` as in SegmentView; `idle`: a silence after which the sender starts slowly.
  void OnInOrder(std::uint32_t bytes, std::uint16_t gso_size, Duration idle, Instant now);
  void AckNow() { now_ = true; }
  // The upper layer wants to say something. Only a pure ACK satisfies it.
  void Request() { requested_ = true; }

  bool Due(Instant now) const { return now_ || requested_ || now >= deadline_; }
  // When the delay of an ACK ends.
  Instant Deadline() const { return deadline_; }
  // A segment with the current ACK number left.
  void OnAckSent(bool pure);

  // Payload of the peer's full-sized segments, as far as seen.
  std::uint32_t peer_segment() const { return peer_segment_; }

 private:
  static constexpr std::uint32_t kQuickSegments = 16;  // Linux's TCP_MAX_QUICKACKS
  static constexpr std::uint32_t kSmallestSegment = 88;

  Duration delay_;
  Instant deadline_ = Instant::Infinite();
  Instant last_arrival_;
  std::uint32_t unacked_bytes_ = 0;
  std::uint32_t peer_segment_ = kSmallestSegment;
  std::uint32_t quick_ = kQuickSegments;
  bool now_ = false;
  bool requested_ = false;
};

}  // namespace mptcpp::tcp
