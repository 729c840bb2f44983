// SPDX-License-Identifier: Apache-2.0
// Loss, recovery, timers.
#include "tcp/sender.h"

namespace mptcpp::tcp {
namespace {

// How long new data has time to become the tail loss probe before the last segment goes again.
constexpr Duration kProbeDataPatience = Duration::Millis(1);

}  // namespace

// --- was the last reduction a mistake? ------------------------------------------------------------------------------------

void Sender::JudgeThePast(const AckInput& input, const AckTally& tally, bool advanced, Instant now) {
  const Recovery::Evidence evidence{
      .advanced = advanced,
      .acked_retransmission = tally.acked_retransmission(),
      // Without SACK a record may have been delivered long ago without our knowing: no surprise then.
      .acked_presumed_lost = sack_permitted_ && tally.acked_presumed_lost(),
      .echo = timestamps_ ? input.timestamp_echo : std::nullopt};
  switch (recovery_.Judge(evidence)) {
    case Recovery::Verdict::kJustified: return;
    case Recovery::Verdict::kSpuriousTimeout: counters_.Add(Counter::kSpuriousTimeouts); break;
    case Recovery::Verdict::kTimestamp: counters_.Add(Counter::kEifelUndo); break;
    case Recovery::Verdict::kDsack: counters_.Add(Counter::kDsackUndo); break;
  }
  UndoReduction(now);
}

// RFC 5682 3.1: the first ACK after a timeout may be the retransmission's or the delayed original's. If it does not acknowledge
// everything, new data goes out instead of more retransmissions; the second ACK then decides: one that advances over data that was
// not sent again (JudgeThePast) proves the timeout spurious, any other one lets the repair go on.
void Sender::JudgeFirstAckAfterTimeout(bool advanced, Instant now) {
  if (f_rto_ == FRto::kOff) return;
  const bool may_try = f_rto_ == FRto::kTimedOut && advanced && recovery_.phase() == Recovery::Phase::kLoss && data_waiting_;
  f_rto_ = may_try ? FRto::kTriesNewData : FRto::kOff;
  f_rto_sent_ = false;
  f_rto_since_ = now;
}

void Sender::UndoReduction(Instant now) {
  const bool timed_out = recovery_.phase() == Recovery::Phase::kLoss;
  if (!recovery_.open()) EndPhase(recovery_.phase());
  recovery_.Undo();
  for (std::size_t i = 0; i < records_.size() && records_.lost() > Bytes(); ++i) {
    if (records_[i].lost) records_.ClearLost(i);
  }
  if (timed_out) rto_.ClearBackOff();
  one_segment_free_ = false;
  f_rto_ = FRto::kOff;
  unvalidated_loss_flight_ = Bytes();
  controller_->OnSpuriousLoss(now);
  counters_.Add(Counter::kSpuriousRecoveries);
  ++spurious_;
}

// --- loss -----------------------------------------------------------------------------------------------------------------

Bytes Sender::DetectLoss(bool advanced, Instant now) {
  const Bytes probe_before = records_.lost_probe();
  const Bytes lost = sack_permitted_ ? DetectWithRack(now) : DetectWithDuplicates(advanced);
  if (lost == Bytes()) return lost;
  lost_from_ = records_.una();
  const Bytes blamed = lost - (records_.lost_probe() - probe_before);  // RFC 8899 3: a lost probe is no sign of congestion
  lost_total_ += blamed;
  return blamed;
}

Bytes Sender::DetectWithRack(Instant now) {
  reordering_deadline_ = Instant::Infinite();
  if (Rack::NothingToDetect(records_)) return Bytes();
  // The third SACK counts like RFC 5681's third duplicate ACK: small segments are segments too.
  const bool dup_thresh =
      records_.sacked() >= Bytes(mss_) * DuplicateAcks::kDupThresh || sacking_acks_ >= DuplicateAcks::kDupThresh;
  const Rack::Detection detection = rack_.DetectLoss(records_,
                                                     {.recovering = recovery_.repairing(),
                                                      .dup_thresh_reached = dup_thresh,
                                                      .min_rtt = min_rtt_.value(),
                                                      .smoothed_rtt = rto_.smoothed()},
                                                     now);
  reordering_deadline_ = detection.look_again;
  return detection.lost;
}

// RFC 6582: the third duplicate loses the first segment; in recovery each ACK that does not end it names the next hole.
Bytes Sender::DetectWithDuplicates(bool advanced) {
  if (records_.empty() || records_[0].lost) return Bytes();
  const bool partial = advanced && recovery_.repairing() && !records_[0].retransmitted;
  const bool third =
      !recovery_.repairing() && duplicates_.count() == DuplicateAcks::kDupThresh && recovery_.IsPast(records_.una());
  return partial || third ? MarkFrontLost() : Bytes();
}

Bytes Sender::MarkFrontLost() {
  if (records_[0].length > mss_) records_.Split(0, mss_);
  records_.MarkLost(0);
  return Bytes(records_[0].length);
}

bool Sender::NeedsRepair() const { return records_.lost() > records_.lost_probe() && !recovery_.repairing() && !records_[0].syn; }

// --- recovery -------------------------------------------------------------------------------------------------------------

// The window is reduced once per round trip: a loss during the reduction for an ECN echo only begins the repair.
void Sender::Reduce(Recovery::Phase phase, const Before& before, Bytes lost, bool from_ecn, Instant now) {
  const bool reduce = recovery_.open();
  recovery_.Enter(phase, records_.una(), records_.nxt(), reduce);
  if (phase == Recovery::Phase::kRecovery) {
    ++recoveries_;
    one_segment_free_ = true;
    tlp_.Cancel();
  }
  if (!reduce) return;
  const bool unused = IsWindowUnused();
  const Bytes flight = unused ? Larger(before.flight_size, validation_.PipeAck()) : before.flight_size;
  controller_->OnCongestionEvent({.now = now, .in_flight = flight, .newly_lost = lost, .from_ecn = from_ecn});
  // A controller without a threshold steers its window itself: by a model, twice what is in use is no claim on the path.
  const congestion::Control& control = controller_->control();
  if (control.ssthresh == Bytes::Infinite()) return;
  prr_.Start(before.undelivered, control.cwnd, mss_);
  if (!unused) return;
  if (phase == Recovery::Phase::kRecovery) unvalidated_loss_flight_ = flight;
  retransmitted_before_ = bytes_retransmitted_;
}

void Sender::EndPhase(Recovery::Phase ended) {
  prr_.Stop();
  if (ended != Recovery::Phase::kRecovery && ended != Recovery::Phase::kLoss) return;
  rack_.OnRecoveryEnd();
  // RFC 7661 4.4.2: what a window that was not validated overshot by, it also gives back.
  if (unvalidated_loss_flight_ > Bytes()) {
    const Bytes again(static_cast<std::int64_t>(bytes_retransmitted_ - retransmitted_before_));
    const Bytes kept = Larger((unvalidated_loss_flight_ - again) / 2, Bytes(mss_));
    controller_->LimitWindow(kept, kept);
    unvalidated_loss_flight_ = Bytes();
  }
  validation_.Forget();
}

// Half a window in a round trip is also what a sender shows that has just doubled it; one that fills it is not meant.
bool Sender::IsWindowUnused() const {
  const congestion::Control& control = controller_->control();
  return !validation_.IsValidated(control.cwnd) && !window_use_.Limited(control);
}

void Sender::ValidateWindow(Bytes delivered, bool round_start, Instant now) {
  validation_.OnAcked(delivered, round_start, rto_.smoothed(), now);
  if (!validation_.MustDecay(IsWindowUnused(), now)) return;
  controller_->OnLongUnused();
  counters_.Add(Counter::kWindowDecays);
}

void Sender::OnPathMtuReduced(Instant now) {
  latest_ = now;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (!records_[i].sacked && !records_[i].lost) records_.MarkLost(i);
  }
  lost_from_ = records_.una();
  LookAtMtuProbe();
  if (NeedsRepair()) recovery_.Enter(Recovery::Phase::kRecovery, records_.una(), records_.nxt(), false);
}

// --- timers ---------------------------------------------------------------------------------------------------------------

Sender::Expired Sender::OnDeadline(Instant now) {
  latest_ = now;
  Expired expired;
  if (f_rto_ == FRto::kTriesNewData && !f_rto_sent_ && now > f_rto_since_) f_rto_ = FRto::kOff;
  if (now >= reordering_deadline_) expired.loss_marked = OnReorderingTimer(now);
  if (now >= probe_deadline_) {
    expired.tlp = OnProbeTimer(now);
  } else if (now >= rto_deadline_) {
    OnRetransmissionTimer(now);
    expired.rto = true;
  }
  LookAtMtuProbe();
  return expired;
}

bool Sender::OnReorderingTimer(Instant now) {
  const Before before = Now();
  const Bytes lost = DetectLoss(false, now);
  if (lost == Bytes()) return false;
  if (NeedsRepair()) Reduce(Recovery::Phase::kRecovery, before, lost, false, now);
  if (prr_.active()) prr_.OnAck(Bytes(), in_flight(), false);
  probe_deadline_ = Instant::Infinite();
  return true;
}

void Sender::OnPathAnswers(Instant now) {
  if (consecutive_timeouts_ > 0 && !records_.empty()) rto_deadline_ = now;
}

// True when a probe becomes due, false when new data did not come in time and the last segment goes instead.
bool Sender::OnProbeTimer(Instant now) {
  const bool first = tlp_.want() == TailLossProbe::Want::kNothing;
  tlp_.Expire(data_waiting_);
  const bool wait = tlp_.want() == TailLossProbe::Want::kNewData;
  probe_deadline_ = wait ? now + kProbeDataPatience : Instant::Infinite();
  if (first) rto_deadline_ = now + rto_.rto();
  return first;
}

void Sender::OnRetransmissionTimer(Instant now) {
  counters_.Add(Counter::kTimeouts);
  ++timeouts_;
  // A SACKed record at the front contradicts the cumulative ACK: the receiver has thrown data away (RFC 2018 8).
  if (records_[0].sacked) ForgetSack();
  const Bytes flight_size = records_.outstanding();
  if (records_[0].syn) {
    // Data behind it left before the handshake was done (RFC 7413): its time has not come (4.2.2: the SYN/ACK goes alone).
    if (!records_[0].lost) records_.MarkLost(0);
  } else {
    lost_total_ += rack_.MarkLostOnTimeout(records_, now);
  }
  lost_from_ = records_.una();
  const bool again = recovery_.phase() == Recovery::Phase::kLoss && consecutive_timeouts_ > 0;
  const bool first = !again && recovery_.phase() != Recovery::Phase::kRecovery;
  ++consecutive_timeouts_;
  tlp_.Cancel();
  prr_.Stop();
  duplicates_.Reset();
  one_segment_free_ = true;
  rto_.BackOff();
  rto_deadline_ = now + rto_.rto();
  probe_deadline_ = reordering_deadline_ = Instant::Infinite();
  if (records_[0].syn) return;  // a lost SYN says nothing about the window; OnSynAcknowledged answers for it
  f_rto_ = first && sack_permitted_ && !timestamps_ ? FRto::kTimedOut : FRto::kOff;  // with timestamps Eifel knows at once
  recovery_.Enter(Recovery::Phase::kLoss, records_.una(), records_.nxt(), first);
  controller_->OnRto(now, flight_size, first);
}

void Sender::ForgetSack() {
  scoreboard_.Forget();
  recovery_.OnReneging();
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].sacked) records_.ClearSacked(i);
  }
}

// RFC 8985 7.2: when new data was sent or SND.UNA moved.
void Sender::ArmProbe(Instant now) {
  probe_deadline_ = Instant::Infinite();
  const bool may = sack_permitted_ && rto_.has_sample() && recovery_.open() && records_.sacked() == Bytes() && tlp_.MayProbe();
  if (!may || records_.empty() || records_[0].syn) return;
  const Duration timeout = TailLossProbe::Timeout(rto_.smoothed(), records_.outstanding() <= Bytes(mss_));
  probe_deadline_ = Sooner(now + timeout, rto_deadline_);
}

void Sender::RestartTimers(Instant now) {
  rto_deadline_ = records_.empty() ? Instant::Infinite() : now + rto_.rto();  // RFC 6298 (5.2), (5.3)
  if (records_.empty()) reordering_deadline_ = Instant::Infinite();
  ArmProbe(now);
}

}  // namespace mptcpp::tcp
