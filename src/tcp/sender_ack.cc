// SPDX-License-Identifier: Apache-2.0
// What an ACK says: facts first (records, round-trip time, delivery), then the reaction (sender_recovery.cc).
#include <algorithm>

#include "tcp/sender.h"

namespace mptcpp::tcp {

AckOutcome Sender::OnAck(const AckInput& input, Instant now) {
  latest_ = now;
  AckOutcome outcome;
  const Before before = Now();
  const Recovery::Phase phase_before = recovery_.phase();
  AckTally tally(rack_, delivery_, input.arrival, timestamps_ ? input.timestamp_echo : std::nullopt, min_rtt_.value());
  AckCumulatively(input, tally, outcome);
  const bool repaired_by_probe = ApplySack(input, tally, outcome);
  const Bytes delivered = Delivered(input, tally, outcome.advanced);
  const RttSample rtt = TakeRttSample(input, tally, outcome.advanced);

  outcome.first_attempt = tally.first_attempt();

  JudgeThePast(input, tally, outcome.advanced, now);
  if (outcome.advanced && recovery_.OnAdvance(records_.una())) EndPhase(phase_before);
  JudgeFirstAckAfterTimeout(outcome.advanced, now);
  const Bytes lost = DetectLoss(outcome.advanced, input.arrival);
  LookAtMtuProbe();
  outcome.loss_marked = lost > Bytes();
  TellController(input, before, rtt, delivered, lost, now);
  if (NeedsRepair()) {
    Reduce(Recovery::Phase::kRecovery, before, lost, false, now);
  } else if (input.ecn_echo && recovery_.open() && recovery_.IsPast(records_.una()) && before.flight_size > Bytes()) {
    Reduce(Recovery::Phase::kReduced, before, Bytes(), true, now);
    outcome.ecn_reduced = true;
    counters_.Add(Counter::kEcnReductions);
  } else if (repaired_by_probe && recovery_.open()) {
    // RFC 8985 7.4.2: the probe hid a loss from RACK, not from the path.
    Reduce(Recovery::Phase::kReduced, before, Bytes(mss_), false, now);
  }
  if (prr_.active()) prr_.OnAck(delivered, in_flight(), outcome.advanced && !outcome.loss_marked);
  UpdatePacing();
  if (outcome.advanced) RestartTimers(now);
  if (records_.sacked() > Bytes() || !recovery_.open()) probe_deadline_ = Instant::Infinite();
  return outcome;
}

Sender::Before Sender::Now() const {
  return {.in_flight = in_flight(),
          .flight_size = records_.outstanding(),
          .undelivered = records_.outstanding() - records_.sacked(),
          .repairing = recovery_.repairing()};
}

// --- facts ----------------------------------------------------------------------------------------------------------------

void Sender::AckCumulatively(const AckInput& input, AckTally& tally, AckOutcome& outcome) {
  if (input.ack.AtOrBefore(records_.una())) return;
  outcome.advanced = true;
  while (!records_.empty() && records_.una().Before(input.ack)) {
    AckFront(std::min(records_[0].length, input.ack.DistanceFrom(records_.una())), tally, outcome);
  }
  consecutive_timeouts_ = 0;
  sacking_acks_ = 0;
  progress_ = latest_;
}

void Sender::AckFront(std::uint32_t n, AckTally& tally, AckOutcome& outcome) {
  const SentRecord& front = records_[0];
  tally.OnAcked(front, n);
  const bool fin = front.fin && n == front.length;
  const PayloadRange payload{.offset = front.offset, .length = n - (front.syn ? 1u : 0u) - (fin ? 1u : 0u)};
  if (front.syn) OnSynAcknowledged(front.retransmitted);
  outcome.syn_acked |= front.syn;
  outcome.fin_acked |= fin;
  records_.AckFront(n);
  if (payload.length == 0) return;
  stream_acked_ += payload.length;
  upper_.OnAcknowledged(payload);
}

void Sender::OnSynAcknowledged(bool retransmitted) {
  if (!retransmitted) return;
  rto_.OnSynTimedOut();
  // RFC 5681 3.1: after a lost SYN the initial window is one segment.
  controller_->LimitWindow(Bytes(mss_), Bytes::Infinite());
}

// True: a tail loss probe turns out to have repaired a loss.
bool Sender::ApplySack(const AckInput& input, AckTally& tally, AckOutcome& outcome) {
  if (!sack_permitted_) return false;
  std::optional<wire::SackBlock> dsack;
  if (!input.sack.empty()) dsack = scoreboard_.Apply(input.sack, records_, tally);
  outcome.sacked_new = tally.sacked() > Bytes();
  if (outcome.sacked_new) ++sacking_acks_;
  const bool of_probe = dsack && tlp_.IsRetransmissionUpTo(dsack->right);
  if (dsack) {
    counters_.Add(Counter::kDsackRx);
    if (!of_probe) {
      rack_.OnDsack(records_.una(), records_.nxt());
      recovery_.OnDsack(*dsack);
    }
  }
  const bool bare = !outcome.advanced && input.ack == records_.una() && !input.has_payload && input.sack.empty();
  return tlp_.OnAck(
      {.ack = input.ack, .progress = outcome.advanced || outcome.sacked_new, .dsack_of_probe = of_probe, .bare_duplicate = bare});
}

bool Sender::IsDuplicate(const AckInput& input) const {
  return input.ack == records_.una() && !records_.empty() && !input.has_payload && !input.window_changed &&
         input.counts_as_duplicate;
}

Bytes Sender::Delivered(const AckInput& input, const AckTally& tally, bool advanced) {
  if (sack_permitted_) return tally.delivered();
  if (advanced) return duplicates_.OnAdvance(tally.delivered(), mss_, records_.empty());
  return IsDuplicate(input) ? duplicates_.OnDuplicate(mss_, records_.outstanding()) : Bytes();
}

Sender::RttSample Sender::TakeRttSample(const AckInput& input, const AckTally& tally, bool advanced) {
  RttSample sample{.rtt = tally.newest_rtt(), .round_start = advanced && records_.una().After(round_end_)};
  if (sample.round_start) round_end_ = records_.nxt();
  Duration oldest = tally.oldest_rtt();
  if (sample.rtt.IsZero() && advanced && timestamps_ && input.timestamp_echo) {
    // Only retransmissions were acknowledged: the timestamp still tells which one (RFC 7323 4), to a millisecond.
    const std::uint32_t ticks = TimestampAt(input.arrival) - *input.timestamp_echo;
    // An echo of what was never sent, from a box that rewrites timestamps, must not become a round trip of days.
    const Duration rtt = Duration::Millis(std::max<std::int64_t>(ticks, 1));
    if (rtt <= rto_.max_rto()) sample.rtt = oldest = rtt;
  }
  if (sample.rtt.IsZero()) return sample;
  rto_.AddSample(oldest, sample.round_start);
  min_rtt_.AddSample(sample.rtt, input.arrival);
  tlp_.OnRttSample();
  return sample;
}

// --- the controller -------------------------------------------------------------------------------------------------------

void Sender::TellController(const AckInput& input, const Before& before, RttSample rtt, Bytes delivered, Bytes lost,
                            Instant now) {
  const congestion::RateSample rate = delivery_.Sample(min_rtt_.value());
  if (rate.IsValid()) delivery_rate_ = rate.delivery_rate;
  if (delivered == Bytes() && lost == Bytes()) return;
  ValidateWindow(delivered, rtt.round_start, now);
  controller_->OnAck({.now = now,
                      .acked = delivered,
                      .newly_lost = lost,
                      .in_flight_before = before.in_flight,
                      .in_flight = in_flight(),
                      .rtt = rtt.rtt,
                      .smoothed_rtt = rto_.smoothed(),
                      .min_rtt = min_rtt_.value(),
                      .in_recovery = before.repairing,
                      .cwnd_limited = window_use_.Limited(controller_->control()),
                      .round_start = rtt.round_start,
                      .ecn_echo = input.ecn_echo,
                      .delivery_rate = rate.delivery_rate,
                      .app_limited = rate.app_limited,
                      .delivered = delivery_.delivered(),
                      .prior_delivered = rate.prior_delivered,
                      .lost = lost_total_});
}

}  // namespace mptcpp::tcp
