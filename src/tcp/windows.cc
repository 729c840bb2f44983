// SPDX-License-Identifier: Apache-2.0
#include "tcp/windows.h"

#include <limits>

namespace mptcpp::tcp {

std::uint8_t WindowShiftFor(Bytes limit) {
  std::uint8_t shift = 0;
  while (shift < kMaxWindowShift && (limit.count() >> shift) > std::numeric_limits<std::uint16_t>::max()) ++shift;
  return shift;
}

void SendWindow::Start(SeqNum seq, SeqNum ack, Bytes window) {
  wl1_ = seq;
  wl2_ = ack;
  window_ = window;
  max_window_ = Larger(max_window_, window);
}

bool SendWindow::Update(SeqNum seq, SeqNum ack, Bytes window) {
  if (!wl1_.Before(seq) && !(wl1_ == seq && wl2_.AtOrBefore(ack))) return false;
  const bool changed = window != window_;
  Start(seq, ack, window);
  return changed;
}

std::uint16_t ReceiveWindow::Advertise(SeqNum rcv_nxt, Bytes room, std::uint32_t mss, bool syn) {
  room = Smaller(room, MostToSay());
  largest_room_ = Larger(largest_room_, room);
  const Bytes remaining = Remaining(rcv_nxt);
  // A sliver is not worth saying; what was said before stands.
  if (remaining < Step(mss) && room > remaining && room - remaining < Step(mss)) room = remaining;
  const int shift = syn ? 0 : shift_;
  const std::int64_t field = std::clamp<std::int64_t>(room.count() >> shift, 0, std::numeric_limits<std::uint16_t>::max());
  said_ = rcv_nxt + static_cast<std::uint32_t>(field << shift);
  edge_ = Later(edge_, said_);
  return static_cast<std::uint16_t>(field);
}

bool ReceiveWindow::UpdateDue(SeqNum rcv_nxt, Bytes room, std::uint32_t mss) const {
  room = Smaller(room, MostToSay());
  const Bytes remaining = Remaining(rcv_nxt);
  // While half of the buffer is still on offer the next ordinary ACK says it early enough; below, wait until it doubles.
  if (remaining >= largest_room_ / 2) return false;
  return room - remaining >= Step(mss) && room >= remaining * 2 && room.count() >= (1 << shift_);
}

}  // namespace mptcpp::tcp
