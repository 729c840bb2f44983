// SPDX-License-Identifier: Apache-2.0
// The two windows of one TCP. SendWindow: what the peer allows (RFC 9293 3.10.7.4, SND.WL1/WL2). ReceiveWindow: what we
// advertise out of the room that the upper layer offers, and what we accept: everything up to the furthest edge ever
// advertised, whatever was said later (RFC 9293 3.8.6, RFC 7323 2.4). Scaled per RFC 7323 2. Each is owned by one Subflow.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/seq_num.h"
#include "base/units.h"

namespace mptcpp::tcp {

inline constexpr std::uint8_t kMaxWindowShift = 14;                // RFC 7323 2.3
inline constexpr Bytes kMaxWindow = Bytes(std::int64_t{1} << 30);  // the same
// The smallest shift with which a window of `limit` bytes can be said.
std::uint8_t WindowShiftFor(Bytes limit);

class SendWindow {
 public:
  void SetShift(std::uint8_t shift) { shift_ = std::min(shift, kMaxWindowShift); }
  // The window field in bytes; never scaled on a segment with SYN (RFC 7323 2.2).
  Bytes Scaled(std::uint16_t field, bool syn) const { return Bytes(static_cast<std::int64_t>(field) << (syn ? 0 : shift_)); }
  // Believes this segment whatever came before: the first one of the peer.
  void Start(SeqNum seq, SeqNum ack, Bytes window);
  // Believes it if it is no older than the last one believed. True if the window changed.
  bool Update(SeqNum seq, SeqNum ack, Bytes window);

  Bytes window() const { return window_; }
  Bytes max_window() const { return max_window_; }  // MAX.SND.WND of RFC 5961 5
  // What may still be sent; not negative, even if the peer took back what it had offered.
  Bytes Usable(SeqNum una, SeqNum nxt) const { return Larger(window_ - Bytes(nxt.DistanceFrom(una)), Bytes()); }

 private:
  SeqNum wl1_;
  SeqNum wl2_;
  Bytes window_;
  Bytes max_window_;
  std::uint8_t shift_ = 0;
};

class ReceiveWindow {
 public:
  void Start(SeqNum rcv_nxt) { edge_ = said_ = rcv_nxt; }
  void SetShift(std::uint8_t shift) { shift_ = std::min(shift, kMaxWindowShift); }

  // The window field of a segment that leaves now with ACK number `rcv_nxt`: `room` rounded down, but never opened by less
  // than min(half of the buffer, one segment) once it is shut (SWS avoidance, RFC 9293 3.8.6.2.2). Moves the edges.
  std::uint16_t Advertise(SeqNum rcv_nxt, Bytes room, std::uint32_t mss, bool syn);
  // True if an ACK only for the window is worth it: the room grew by a useful step and the peer has little of it left.
  bool UpdateDue(SeqNum rcv_nxt, Bytes room, std::uint32_t mss) const;
  // Bytes from rcv_nxt to the furthest edge ever advertised.
  std::uint32_t Acceptable(SeqNum rcv_nxt) const { return edge_.After(rcv_nxt) ? edge_.DistanceFrom(rcv_nxt) : 0; }

 private:
  // More room than the field can express is none (a peer without window scaling).
  Bytes MostToSay() const { return Smaller(kMaxWindow, Bytes(std::int64_t{UINT16_MAX} << shift_)); }
  Bytes Step(std::uint32_t mss) const { return Smaller(largest_room_ / 2, Bytes(mss)); }
  Bytes Remaining(SeqNum rcv_nxt) const { return said_.After(rcv_nxt) ? Bytes(said_.DistanceFrom(rcv_nxt)) : Bytes(); }

  SeqNum edge_;         // furthest ever
  SeqNum said_;         // last said; may lie left of edge_ when several subflows share the room
  Bytes largest_room_;  // stands for the size of the buffer
  std::uint8_t shift_ = 0;
};

}  // namespace mptcpp::tcp
