// SPDX-License-Identifier: Apache-2.0
#include "tcp/sender.h"

#include <algorithm>

namespace mptcpp::tcp {

Sender::Sender(const TcpOptions& options, Counters& counters, const congestion::ControllerInfo& controller,
               congestion::Group& group, SeqNum initial_sequence, Upper& upper)
    : options_(options), counters_(counters), upper_(upper), records_(initial_sequence), rto_(options) {
  controller.make(controller_, {.mss = mss_, .initial_window_segments = options.initial_window_segments}, group);
}

Sender::~Sender() = default;

void Sender::SetMss(std::uint32_t effective_mss) {
  mss_ = effective_mss;
  controller_->OnMssChange(effective_mss);
}

void Sender::SetSackPermitted(bool permitted) { sack_permitted_ = permitted; }
void Sender::SetTimestamps(bool in_use) { timestamps_ = in_use; }
void Sender::SetDataWaiting(bool waiting) { data_waiting_ = waiting; }
void Sender::OnApplicationLimited() {}
bool Sender::WantsProbeData() const { return false; }

std::uint64_t Sender::StreamOffsetOf(std::size_t record) const {
  const std::uint32_t syn = records_[0].syn && record > 0 ? 1 : 0;
  return stream_acked_ + records_[record].seq.DistanceFrom(records_.una()) - syn;
}

void Sender::OnSentNew(PayloadRange payload, bool syn, bool fin, bool push, Instant now) {
  if (records_.empty()) {
    progress_ = now;
    rto_deadline_ = now + rto_.rto();
  }
  records_.Append(payload, syn, fin, push).sent = now;
  stream_sent_ += payload.length;
  controller_->OnSent(now, Bytes(payload.length), in_flight());
}

void Sender::OnRetransmitted(const SendOrder& order, Instant now) {
  const std::size_t first = records_.Find(order.seq);
  const std::uint32_t n = order.payload.length + (order.syn ? 1u : 0u) + (order.fin ? 1u : 0u);
  if (n < records_[first].length) records_.Split(first, n);
  records_.MarkRetransmitted(first, now);
  counters_.Add(Counter::kSegmentsRetransmitted);
  rto_deadline_ = now + rto_.rto();
}

bool Sender::AckCumulatively(const AckInput& input, Instant now, AckOutcome& outcome) {
  if (input.ack.AtOrBefore(records_.una())) return false;
  while (!records_.empty() && records_.una().Before(input.ack)) {
    const SentRecord record = records_[0];
    const std::uint32_t n = std::min(record.length, input.ack.DistanceFrom(record.seq));
    if (!record.retransmitted) rto_.AddSample(input.arrival - record.sent, true);
    records_.AckFront(n);
    outcome.syn_acked |= record.syn;
    const bool fin = record.fin && n == record.length;
    outcome.fin_acked |= fin;
    const std::uint32_t bytes = n - (record.syn ? 1u : 0u) - (fin ? 1u : 0u);
    stream_acked_ += bytes;
    if (bytes > 0) upper_.OnAcknowledged({.offset = record.offset, .length = bytes});
  }
  consecutive_timeouts_ = 0;
  progress_ = now;
  rto_deadline_ = records_.empty() ? Instant::Infinite() : now + rto_.rto();
  return true;
}

AckOutcome Sender::OnAck(const AckInput& input, Instant now) {
  AckOutcome outcome;
  outcome.advanced = AckCumulatively(input, now, outcome);
  return outcome;
}

std::optional<SendOrder> Sender::NextRetransmission(std::uint32_t max_bytes, Instant) const {
  if (records_.lost() == Bytes()) return std::nullopt;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    const SentRecord& record = records_[i];
    if (!record.lost) continue;
    PayloadRange payload = record.Payload();
    const bool whole = payload.length <= max_bytes;
    payload.length = std::min(payload.length, max_bytes);
    return SendOrder{.seq = record.seq,
                     .payload = payload,
                     .syn = record.syn,
                     .fin = record.fin && whole,
                     .push = record.push && whole,
                     .retransmission = true,
                     .stream_offset = StreamOffsetOf(i)};
  }
  return std::nullopt;
}

Bytes Sender::WindowAllowance() const { return Larger(controller_->control().cwnd - in_flight(), Bytes()); }
Bytes Sender::NewDataAllowance(Instant now) const { return Smaller(WindowAllowance(), pacer_.Allowed(now)); }

Instant Sender::NextDeadline() const { return rto_deadline_; }

Sender::Expired Sender::OnDeadline(Instant now) {
  Expired expired;
  if (now < rto_deadline_) return expired;
  expired.rto = true;
  counters_.Add(Counter::kTimeouts);
  controller_->OnRto(now, in_flight(), consecutive_timeouts_++ == 0);
  rto_.BackOff();
  if (!records_.empty() && !records_[0].lost) records_.MarkLost(0);
  rto_deadline_ = now + rto_.rto();
  return expired;
}

void Sender::FillInfo(SubflowInfo& info) const {
  info.cwnd = controller_->control().cwnd;
  info.ssthresh = controller_->control().ssthresh;
  info.in_flight = in_flight();
  info.smoothed_rtt = smoothed_rtt();
  info.rtt_variation = rtt_variation();
  info.min_rtt = min_rtt();
  info.rto = rto();
}

}  // namespace mptcpp::tcp
