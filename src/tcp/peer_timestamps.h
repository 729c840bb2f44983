// SPDX-License-Identifier: Apache-2.0
// TS.Recent and the protection against wrapped sequence numbers (PAWS, RFC 7323 4.3 and 5). Owned by one Subflow.
#pragma once

#include <cstdint>

#include "base/seq_num.h"
#include "base/time.h"
#include "tcp/timestamp_clock.h"

namespace mptcpp::tcp {

class PeerTimestamps {
 public:
  // From the peer's SYN: both sides sent the option.
  void Start(std::uint32_t value, Instant now) {
    in_use_ = true;
    recent_ = value;
    since_ = now;
  }
  bool in_use() const { return in_use_; }
  std::uint32_t recent() const { return recent_; }  // what we echo

  // True if a segment with this TSval must be dropped (RFC 7323 5.3 R1). TS.Recent older than 24 days proves nothing (5.5).
  bool IsOld(std::uint32_t value, Instant now) const { return TimestampBefore(value, recent_) && now - since_ < kValidity; }

  // Of an acceptable segment that starts at `seq`: 4.3 (2), so that a delayed ACK echoes the earliest segment it covers.
  void Take(std::uint32_t value, SeqNum seq, SeqNum last_ack_sent, Instant now) {
    if (seq.After(last_ack_sent) || (TimestampBefore(value, recent_) && now - since_ < kValidity)) return;
    recent_ = value;
    since_ = now;
  }

 private:
  static constexpr Duration kValidity = Duration::Seconds(24 * 24 * 3600);

  bool in_use_ = false;
  std::uint32_t recent_ = 0;
  Instant since_;
};

}  // namespace mptcpp::tcp
