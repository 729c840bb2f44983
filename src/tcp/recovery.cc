// SPDX-License-Identifier: Apache-2.0
#include "tcp/recovery.h"

#include "tcp/timestamp_clock.h"

namespace mptcpp::tcp {

void Recovery::Enter(Phase phase, SeqNum una, SeqNum nxt, bool reduced) {
  phase_ = phase;
  point_ = nxt;
  if (!reduced) return;
  can_undo_ = phase != Phase::kReduced;  // an ECN mark is never a mistake
  timeout_reduced_ = phase == Phase::kLoss;
  reneged_ = false;
  retransmitted_any_ = false;
  undo_una_ = una;
  unproven_ = Bytes();
}

bool Recovery::OnAdvance(SeqNum una) {
  if (una.Before(point_)) return false;
  if (phase_ != Phase::kOpen) {
    phase_ = Phase::kOpen;
    return true;
  }
  point_ = una - 1;  // keeps an old point from coming round the circle
  return false;
}

void Recovery::OnRetransmitted(std::uint32_t bytes, Instant now) {
  if (!can_undo_) return;
  if (!retransmitted_any_) first_stamp_ = TimestampAt(now);
  retransmitted_any_ = true;
  unproven_ += Bytes(bytes);
}

void Recovery::OnDsack(wire::SackBlock block) {
  if (can_undo_ && block.left.AtOrAfter(undo_una_)) unproven_ -= Bytes(block.right.DistanceFrom(block.left));
}

bool Recovery::EifelSays(const Evidence& evidence) const {
  if (!repairing() || !evidence.advanced || !evidence.acked_retransmission || !retransmitted_any_ || !evidence.echo) return false;
  // One that was sent again before this episode began is acknowledged with an old echo, and that is no surprise.
  const bool sent_again_now = !TimestampBefore(TimestampAt(*evidence.acked_retransmission), first_stamp_);
  return sent_again_now && TimestampBefore(*evidence.echo, first_stamp_);
}

Recovery::Verdict Recovery::Judge(const Evidence& evidence) const {
  if (!can_undo_) return Verdict::kJustified;
  if (EifelSays(evidence)) return Verdict::kTimestamp;
  const bool f_rto = phase_ == Phase::kLoss && timeout_reduced_ && !reneged_ && evidence.advanced && evidence.acked_presumed_lost;
  if (f_rto) return Verdict::kSpuriousTimeout;
  return EveryRetransmissionWasDuplicate() ? Verdict::kDsack : Verdict::kJustified;
}

void Recovery::Undo() {
  phase_ = Phase::kOpen;
  can_undo_ = false;
}

}  // namespace mptcpp::tcp
