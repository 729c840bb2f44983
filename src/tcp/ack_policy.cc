// SPDX-License-Identifier: Apache-2.0
#include "tcp/ack_policy.h"

namespace mptcpp::tcp {

void AckPolicy::OnInOrder(std::uint32_t bytes, std::uint16_t gso_size, Duration idle, Instant now) {
  // A merged segment says exactly how large the peer's segments are; a single one at least how large they can be.
  if (gso_size > 0 && bytes > gso_size) {
    peer_segment_ = std::max<std::uint32_t>(gso_size, kSmallestSegment);
  } else {
    peer_segment_ = std::max(peer_segment_, bytes);
  }
  if (now - last_arrival_ > idle) quick_ = kQuickSegments;
  last_arrival_ = now;
  unacked_bytes_ += bytes;
  if (quick_ > 0) {
    const std::uint32_t segments = gso_size == 0 ? 1 : (bytes + gso_size - 1) / gso_size;
    quick_ -= std::min(quick_, segments);
    now_ = true;
  }
  // RFC 9293 SHLD-19: at least every second full-sized segment.
  if (unacked_bytes_ >= 2 * peer_segment_) now_ = true;
  if (deadline_.IsInfinite()) deadline_ = now + delay_;
}

void AckPolicy::OnAckSent(bool pure) {
  now_ = false;
  if (pure) requested_ = false;
  deadline_ = Instant::Infinite();
  unacked_bytes_ = 0;
}

}  // namespace mptcpp::tcp
