// SPDX-License-Identifier: Apache-2.0
#include "tcp/ack_tally.h"

namespace mptcpp::tcp {

void AckTally::OnDelivered(const SentRecord& record, std::uint32_t n, SendTimes& times) {
  rack_.OnDelivered(record, record.seq + n, arrival_, echo_, min_rtt_);
  const Bytes bytes(n - (record.syn ? 1u : 0u));
  if (bytes > Bytes()) rate_.OnDelivered(record.stamp, bytes, arrival_, record.sent);
  delivered_ += bytes;
  if (!record.retransmitted && !record.untimed) times.Add(record.sent);
}

void AckTally::OnAcked(const SentRecord& record, std::uint32_t n) {
  if (record.retransmitted && (!acked_retransmission_ || *acked_retransmission_ < record.sent)) acked_retransmission_ = record.sent;
  if (record.sacked) return;
  acked_presumed_lost_ |= record.lost && !record.retransmitted;
  OnDelivered(record, n, acked_times_);
}

void AckTally::OnSacked(const SentRecord& record, std::uint32_t n) {
  sacked_ += Bytes(n);
  OnDelivered(record, n, sacked_times_);
}

const AckTally::SendTimes* AckTally::Usable() const {
  if (!acked_times_.empty() && !acked_retransmission_) return &acked_times_;
  return sacked_times_.empty() ? nullptr : &sacked_times_;
}

Duration AckTally::oldest_rtt() const {
  const SendTimes* times = Usable();
  return times ? Longer(arrival_ - times->oldest, Duration::Nanos(1)) : Duration::Zero();
}

Duration AckTally::newest_rtt() const {
  const SendTimes* times = Usable();
  return times ? Longer(arrival_ - times->newest, Duration::Nanos(1)) : Duration::Zero();
}

}  // namespace mptcpp::tcp
