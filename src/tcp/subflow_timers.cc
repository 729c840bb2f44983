// SPDX-License-Identifier: Apache-2.0
// What time does, and what ICMP says: retransmission, user timeout, persist, keepalive, TIME-WAIT (RFC 9293 3.8), path MTU.
#include "base/check.h"
#include "tcp/subflow.h"

namespace mptcpp::tcp {
namespace {

constexpr std::uint32_t kTimeoutsOfABlackHole = 3;  // R1 (RFC 9293 3.8.3)

}  // namespace

Instant Subflow::NextDeadline() const {
  if (state_ == State::kClosed || reset_due_) return Instant::Infinite();
  Instant next = CanAcknowledge() ? ack_.Deadline() : Instant::Infinite();
  if (state_ == State::kTimeWait) return Sooner(next, time_wait_end_);
  next = Sooner(next, sender_.NextDeadline());
  next = Sooner(next, persist_.deadline());
  next = Sooner(next, UserTimeoutDeadline());
  if (IsSynchronized(state_) && !sender_.HasOutstanding()) next = Sooner(next, keepalive_.Deadline());
  return next;
}

// A path that answers nothing may be one that swallows what is too long, or what is marked ECN-capable.
void Subflow::OnSilence(Instant now) {
  if (ecn_.OnTimeout()) counters_.Add(Counter::kEcnFallback);
  if (sender_.consecutive_timeouts() % kTimeoutsOfABlackHole != 0) return;
  const std::uint32_t headers = path_mtu_.mtu() - mss_;
  if (!path_mtu_.OnBlackHole(headers + sender_.UnansweredPayload(), now)) return;
  counters_.Add(Counter::kMtuBlackHoles);
  OnMtuReduced(now);
}

void Subflow::OnMtuReduced(Instant now) {
  RefreshMss();
  sender_.OnPathMtuReduced(now);
  TakeMtuProbeFate(now);
}

void Subflow::TakeMtuProbeFate(Instant now) {
  switch (sender_.TakeMtuProbeFate()) {
    case Sender::ProbeFate::kUnknown: break;
    case Sender::ProbeFate::kDelivered:
      counters_.Add(Counter::kMTUPSuccess);
      path_mtu_.OnProbeDelivered(now);
      RefreshMss();
      break;
    case Sender::ProbeFate::kLost:
      counters_.Add(Counter::kMTUPFail);
      path_mtu_.OnProbeLost(now);
      break;
  }
}

void Subflow::OnDeadline(Instant now) {
  if (state_ == State::kClosed || reset_due_) return;
  if (state_ == State::kTimeWait) {
    if (now >= time_wait_end_) EnterClosed();
    return;
  }
  const Sender::Expired expired = sender_.OnDeadline(now);
  facts_.rto_fired |= expired.rto;
  TakeMtuProbeFate(now);
  if (expired.rto && IsSynchronized(state_)) OnSilence(now);
  facts_.tlp_fired |= expired.tlp;
  facts_.loss_marked |= expired.loss_marked;
  if (!IsSynchronized(state_)) {
    // The SYN has its own patience (RFC 9293 3.8.3: R2 of a SYN is longer).
    if (expired.rto && sender_.consecutive_timeouts() > options_.syn_retries) OnTimeout();
  } else if (now >= UserTimeoutDeadline()) {
    OnTimeout();
  } else {
    OnProbeTimers(now);
  }
  path_mtu_.MaybeRaise(now);
  MPTCPP_DCHECK(Inconsistency() == nullptr);
}

// RFC 9293 3.8.3: something stayed unacknowledged for too long. A peer that answers, but keeps its window shut, is alive
// (MUST-36 of 3.8.6.1).
Instant Subflow::UserTimeoutDeadline() const {
  if (!IsSynchronized(state_)) return Instant::Infinite();
  if (!sender_.HasOutstanding()) return unanswered_since_ + options_.user_timeout;
  Instant since = sender_.first_unacked_since();
  if (send_window_.window() == Bytes() && since < keepalive_.last_heard()) since = keepalive_.last_heard();
  return since + options_.user_timeout;
}

void Subflow::OnTimeout() {
  facts_.timed_out = true;
  facts_.unreachable = soft_error_ && !IsSynchronized(state_);
  EnterClosed();
}

void Subflow::OnProbeTimers(Instant now) {
  // While something is outstanding its retransmission asks well enough.
  if (persist_.OnDeadline(now, options_.max_rto) && !sender_.HasOutstanding()) {
    (fin_due_ ? fin_probes_ : probe_due_) = true;
    unanswered_since_ = Sooner(unanswered_since_, now);
  }
  if (sender_.HasOutstanding()) return;
  switch (keepalive_.OnDeadline(now)) {
    case Keepalive::Action::kNothing: break;
    case Keepalive::Action::kProbe: ProbeNow(now); break;
    case Keepalive::Action::kDead: OnTimeout(); break;
  }
}

void Subflow::ProbeNow(Instant) {
  if (!IsSynchronized(state_) || state_ == State::kTimeWait) return;
  counters_.Add(Counter::kKeepaliveTx);
  probe_due_ = true;
  keepalive_.OnProbeSent();
}

void Subflow::ReceiveIcmp(const wire::IcmpError& error, Instant now) {
  const std::uint32_t outstanding = sender_.snd_nxt().DistanceFrom(sender_.snd_una());
  if (state_ == State::kClosed || !error.quoted_seq.InWindow(sender_.snd_una(), outstanding)) {
    return counters_.Add(Counter::kIcmpIgnored);
  }
  switch (error.kind) {
    case wire::IcmpKind::kPacketTooBig:
      if (path_mtu_.OnTooBig(error.next_hop_mtu, now)) {
        OnMtuReduced(now);
      } else if (path_mtu_.IsProbeRefused()) {
        sender_.OnMtuProbeTooBig(now);
        TakeMtuProbeFate(now);
      }
      break;
    case wire::IcmpKind::kHardUnreachable:
      // RFC 5927 5.2: believed during the handshake only; later it is a hint like the soft ones.
      if (!IsSynchronized(state_)) {
        facts_.unreachable = true;
        EnterClosed();
        break;
      }
      [[fallthrough]];
    case wire::IcmpKind::kSoftUnreachable: soft_error_ = true; break;
  }
}

}  // namespace mptcpp::tcp
