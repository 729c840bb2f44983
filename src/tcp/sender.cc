// SPDX-License-Identifier: Apache-2.0
// What may be sent, what has been sent.
#include "tcp/sender.h"

#include <algorithm>
#include <utility>

namespace mptcpp::tcp {
namespace {

// Below this window a default-paced flow is a handful of segments: nothing worth spreading.
constexpr std::int64_t kUnpacedSegments = 4;

std::uint32_t SegmentsOf(std::uint32_t bytes, std::uint32_t mss) { return bytes == 0 ? 1 : (bytes + mss - 1) / mss; }

}  // namespace

Sender::Sender(const TcpOptions& options, Counters& counters, const congestion::NamedController& controller,
               congestion::Group& group, SeqNum initial_sequence, Upper& upper)
    : options_(options),
      counters_(counters),
      upper_(upper),
      records_(initial_sequence),
      recovery_(initial_sequence),
      rto_(options),
      round_end_(initial_sequence),
      lost_from_(initial_sequence) {
  controller.info->make(controller_, ControllerConfigFor(controller.parameters), group);
}

Sender::~Sender() = default;

congestion::ControllerConfig Sender::ControllerConfigFor(std::string_view parameters) const {
  return {.mss = mss_,
          .initial_window_segments = options_.initial_window_segments,
          .seed = records_.nxt().value(),
          .parameters = parameters};
}

void Sender::SetController(const congestion::NamedController& controller, congestion::Group& group, Instant now) {
  const congestion::Control& control = controller_->control();
  const congestion::Handover handover{.now = now,
                                      .cwnd = control.cwnd,
                                      .ssthresh = control.ssthresh,
                                      .named_rate = control.pacing_rate,
                                      .smoothed_rtt = rto_.smoothed(),
                                      .min_rtt = min_rtt_.value()};
  controller.info->make(controller_, ControllerConfigFor(controller.parameters), group);
  controller_->Continue(handover);
  UpdatePacing();
}

void Sender::SetMss(std::uint32_t effective_mss) {
  if (effective_mss == mss_) return;
  mss_ = effective_mss;
  controller_->OnMssChange(effective_mss);
}

void Sender::SetSackPermitted(bool permitted) { sack_permitted_ = permitted; }
void Sender::SetTimestamps(bool in_use) { timestamps_ = in_use; }
void Sender::SetDataWaiting(bool waiting) { data_waiting_ = waiting; }

// --- sent -----------------------------------------------------------------------------------------------------------------

void Sender::OnSentNew(PayloadRange payload, bool syn, bool fin, bool push, Instant now, bool mtu_probe) {
  latest_ = now;
  if (records_.empty()) {
    // RFC 5681 4.1: after an idle time the window says nothing about the path any more.
    if (payload.length > 0 && IsRestart(now)) {
      controller_->OnIdle(now, now - last_sent_, Bytes());
      validation_.Forget();
    }
    progress_ = now;
    rto_deadline_ = now + rto_.rto();
  }
  const Bytes outstanding = records_.outstanding();
  SentRecord& record = records_.Append(payload, syn, fin, push, mtu_probe);
  if (mtu_probe) mtu_probe_end_ = records_.nxt();
  f_rto_sent_ = true;
  record.sent = now;
  delivery_.OnSent(record.stamp, now, outstanding);
  stream_sent_ += payload.length;
  OnTransmitted(payload.length, now);
  if (tlp_.want() != TailLossProbe::Want::kNothing) {
    tlp_.OnSent(records_.nxt(), false);
    counters_.Add(Counter::kTailLossProbes);
    ++probes_;
  }
  ArmProbe(now);
}

void Sender::OnSynSentUnseen(Instant now) {
  OnSentNew({}, true, false, false, now);
  records_.ForgetTime(0);
}

void Sender::OnRetransmitted(const SendOrder& order, Instant now) {
  latest_ = now;
  const bool probe = tlp_.want() == TailLossProbe::Want::kRetransmission && records_.lost() == Bytes();
  const Bytes outstanding = records_.outstanding();
  std::size_t i = records_.Find(order.seq);
  if (const std::uint32_t skipped = order.seq.DistanceFrom(records_[i].seq); skipped > 0) {
    records_.Split(i, skipped);
    ++i;
  }
  if (i == 0) rto_deadline_ = now + rto_.rto();  // RFC 6675 5, (C): the timer gives the retransmission its time
  for (std::uint32_t left = order.SequenceLength(); left > 0; ++i) {
    if (records_[i].length > left) records_.Split(i, left);
    SentRecord& record = records_.MarkRetransmitted(i, now);
    delivery_.OnSent(record.stamp, now, outstanding);
    left -= record.length;
  }
  const std::uint32_t segments = SegmentsOf(order.payload.length, mss_);
  counters_.Add(Counter::kSegmentsRetransmitted, segments);
  retransmissions_ += segments;
  bytes_retransmitted_ += order.payload.length;
  one_segment_free_ = false;
  if (f_rto_ == FRto::kTriesNewData) f_rto_ = FRto::kOff;
  if (probe) {
    tlp_.OnSent(records_.nxt(), true);
    counters_.Add(Counter::kTailLossProbes);
    ++probes_;
    probe_deadline_ = Instant::Infinite();
  } else {
    lost_from_ = order.seq + order.SequenceLength();
    recovery_.OnRetransmitted(order.SequenceLength(), now);
  }
  LookAtMtuProbe();
  OnTransmitted(order.payload.length, now);
}

void Sender::OnTransmitted(std::uint32_t payload, Instant now) {
  if (payload == 0) return;
  const Bytes bytes(payload);
  last_sent_ = now;
  bytes_sent_ += payload;
  pacer_.OnSent(now, bytes);
  if (prr_.active()) prr_.OnSent(bytes);
  window_use_.OnSent(Window(), in_flight(), mss_, records_.una(), records_.nxt());
  controller_->OnSent(now, bytes, in_flight());
  // One that probes in intervals of time may name a new rate between two ACKs.
  if (controller_->control().pacing_rate != named_rate_) UpdatePacing();
}

// --- may be sent ----------------------------------------------------------------------------------------------------------

Bytes Sender::Window() const { return prr_.active() ? prr_.window() : controller_->control().cwnd; }

bool Sender::IsRestart(Instant now) const { return records_.empty() && bytes_sent_ > 0 && now - last_sent_ > rto_.rto(); }

// OnIdle can be told only when sending begins; the decision how much to send comes before that.
Bytes Sender::RestartLimit(Instant now) const {
  return IsRestart(now) ? Bytes(std::int64_t{mss_} * options_.initial_window_segments) : Bytes::Infinite();
}

Bytes Sender::WindowAllowance() const {
  // With nothing in flight one segment may always leave: no ACK would come to free the window.
  const Bytes least = in_flight() == Bytes() ? Bytes(mss_) : Bytes();
  return Larger(Window() - in_flight(), least);
}

Bytes Sender::NewDataAllowance(Instant now) const {
  return Smaller(Smaller(WindowAllowance(), RestartLimit(now)), pacer_.Allowed(now));
}

bool Sender::WantsProbeData() const { return tlp_.want() == TailLossProbe::Want::kNewData; }

void Sender::UpdatePacing() {
  const congestion::Control& control = controller_->control();
  Rate rate = named_rate_ = control.pacing_rate;
  if (rate.IsInfinite() && options_.pacing && control.cwnd > Bytes(mss_ * kUnpacedSegments)) {
    rate = congestion::DefaultPacingRate(control, rto_.smoothed());
  }
  pacer_.SetRate(rate, congestion::DefaultQuantum(rate, mss_));
}

void Sender::OnApplicationLimited() {
  if (records_.lost() == Bytes() && in_flight() < Window()) delivery_.MarkAppLimited(in_flight());
}

// --- retransmissions ------------------------------------------------------------------------------------------------------

std::optional<SendOrder> Sender::NextRetransmission(std::uint32_t max_bytes, Instant now) const {
  if (RetransmissionsWait(now)) return std::nullopt;
  if (records_.lost() > Bytes()) {
    const std::uint32_t budget = RetransmissionBudget(max_bytes, now);
    return budget > 0 ? LostStretch(budget) : std::nullopt;
  }
  const bool probe = tlp_.want() == TailLossProbe::Want::kRetransmission && !records_.empty() && max_bytes > 0;
  if (probe) return ProbeOrder(max_bytes);
  return std::nullopt;
}

// RFC 5682 3.1 (2b): the first ACK after a timeout lets new data out instead. If none leaves at once, there is none.
bool Sender::RetransmissionsWait(Instant now) const {
  return f_rto_ == FRto::kTriesNewData && (f_rto_sent_ || now == f_rto_since_);
}

std::uint32_t Sender::RetransmissionBudget(std::uint32_t max_bytes, Instant now) const {
  Bytes allowed = Smaller(WindowAllowance(), pacer_.Allowed(now));
  if (one_segment_free_) allowed = Larger(allowed, Bytes(mss_));
  return static_cast<std::uint32_t>(Smaller(allowed, Bytes(std::min(max_bytes, kMaxSuperSegment))).count());
}

// The first lost record, and those behind it as long as they are lost too and the upper layer's numbers go on.
std::optional<SendOrder> Sender::LostStretch(std::uint32_t budget) const {
  std::size_t i = records_.Find(Later(lost_from_, records_.una()));
  while (!records_[i].lost) ++i;
  const SentRecord& first = records_[i];
  SendOrder order{.seq = first.seq,
                  .payload = first.Payload(),
                  .syn = first.syn,
                  .fin = first.fin,
                  .push = first.push,
                  .retransmission = true,
                  .stream_offset = StreamOffsetOf(first.seq)};
  for (++i; i < records_.size() && order.payload.length < budget && !order.fin; ++i) {
    const SentRecord& next = records_[i];
    if (!next.lost || next.offset != order.payload.offset + order.payload.length) break;
    order.payload.length += next.PayloadLength();
    order.push |= next.push;
    order.fin = next.fin;
  }
  if (order.payload.length <= budget) return order;
  // Not the tail: whole segments only, unless the caller has no room for one.
  const std::uint32_t whole = budget < mss_ ? budget : budget - budget % mss_;
  if (budget < mss_ && WindowAllowance() < Bytes(mss_) && !one_segment_free_) return std::nullopt;
  order.payload.length = whole;
  order.push = order.fin = false;
  return order;
}

// RFC 8985 7.3: the last segment again.
std::optional<SendOrder> Sender::ProbeOrder(std::uint32_t max_bytes) const {
  const SentRecord& last = records_[records_.size() - 1];
  if (last.sacked) return std::nullopt;
  const std::uint32_t payload = last.PayloadLength();
  const std::uint32_t length = payload == 0 ? 0 : std::min((payload - 1) % mss_ + 1, max_bytes);
  const std::uint32_t skipped = payload - length;
  const SeqNum seq = last.seq + skipped + (last.syn && skipped > 0 ? 1u : 0u);
  return SendOrder{.seq = seq,
                   .payload = {.offset = last.offset + skipped, .length = length},
                   .syn = last.syn && skipped == 0,
                   .fin = last.fin,
                   .push = last.push,
                   .retransmission = true,
                   .stream_offset = StreamOffsetOf(seq)};
}

std::uint64_t Sender::StreamOffsetOf(SeqNum seq) const {
  const bool after_syn = records_[0].syn && seq != records_.una();
  return stream_acked_ + seq.DistanceFrom(records_.una()) - (after_syn ? 1u : 0u);
}

// --- probes of the path MTU ----------------------------------------------------------------------------------------------

bool Sender::MayProbeMtu(std::uint32_t bytes) const {
  const bool calm = recovery_.open() && records_.lost() == Bytes() && records_.sacked() == Bytes() &&
                    tlp_.want() == TailLossProbe::Want::kNothing;
  return calm && sack_permitted_ && !mtu_probe_end_ && mtu_probe_fate_ == ProbeFate::kUnknown &&
         Window() >= Bytes(bytes + mss_ * 2) && WindowAllowance() >= Bytes(bytes);
}

Sender::ProbeFate Sender::TakeMtuProbeFate() { return std::exchange(mtu_probe_fate_, ProbeFate::kUnknown); }

// Its last byte tells: acknowledged or SACKed at the first attempt, or given up.
void Sender::LookAtMtuProbe() {
  if (!mtu_probe_end_) return;
  bool lost = false;
  if (records_.una().Before(*mtu_probe_end_)) {
    const SentRecord& last = records_[records_.Find(*mtu_probe_end_ - 1)];
    lost = last.lost || last.retransmitted;
    if (!lost && !last.sacked) return;
  }
  mtu_probe_end_.reset();
  mtu_probe_fate_ = lost ? ProbeFate::kLost : ProbeFate::kDelivered;
  // A tail loss probe may repeat a part of it; whatever that repairs is no congestion either.
  if (lost) tlp_.Cancel();
}

void Sender::OnMtuProbeTooBig(Instant now) {
  latest_ = now;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].mtu_probe && !records_[i].sacked && !records_[i].lost) records_.MarkLost(i);
  }
  lost_from_ = records_.una();
  LookAtMtuProbe();
}

// --- knowing --------------------------------------------------------------------------------------------------------------

Instant Sender::NextDeadline() const {
  Instant soonest = Sooner(rto_deadline_, Sooner(probe_deadline_, reordering_deadline_));
  if (data_waiting_ || records_.lost() > Bytes()) {
    // A release that has passed is no deadline: whoever waits was allowed to send when we were told the time last.
    const Instant release = pacer_.NextRelease(latest_);
    if (release > latest_ && WindowAllowance() > Bytes()) soonest = Sooner(soonest, release);
  }
  // No new data came instead of retransmissions: they go on.
  if (f_rto_ == FRto::kTriesNewData && !f_rto_sent_) soonest = Sooner(soonest, f_rto_since_ + Duration::Micros(1));
  return soonest;
}

void Sender::FillInfo(SubflowInfo& info) const {
  const congestion::Control& control = controller_->control();
  info.congestion = controller_->name();
  info.mss = mss_;
  info.cwnd = control.cwnd;
  info.ssthresh = control.ssthresh;
  info.in_flight = in_flight();
  info.smoothed_rtt = smoothed_rtt();
  info.rtt_variation = rtt_variation();
  info.min_rtt = min_rtt();
  info.rto = rto();
  info.pacing_rate = pacing_rate();
  info.delivery_rate = delivery_rate_;
  info.bytes_sent = bytes_sent_;
  info.bytes_acked = stream_acked_;
  info.bytes_retransmitted = bytes_retransmitted_;
  info.retransmissions = retransmissions_;
  info.timeouts = timeouts_;
  info.tail_loss_probes = probes_;
  info.recoveries = recoveries_;
  info.spurious = spurious_;
}

const char* Sender::Inconsistency() const {
  if (const char* found = records_.Inconsistency()) return found;
  if (records_.empty() != rto_deadline_.IsInfinite())
    return "sender: the retransmission timer does not match what is outstanding";
  if (stream_acked_ > stream_sent_) return "sender: more acknowledged than sent";
  if (prr_.active() && recovery_.open()) return "sender: rate reduction outside recovery";
  if (records_.lost() > records_.lost_probe() && recovery_.open() && !records_[0].syn) return "sender: losses that nobody repairs";
  return nullptr;
}

}  // namespace mptcpp::tcp
