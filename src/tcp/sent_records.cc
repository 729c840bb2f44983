// SPDX-License-Identifier: Apache-2.0
#include "tcp/sent_records.h"

namespace mptcpp::tcp {
namespace {

constexpr std::size_t kInitialCapacity = 16;

// Moves the front edge of a record `n` sequence numbers on. A SYN is the first number, a FIN the last.
void AdvanceFront(SentRecord& record, std::uint32_t n) {
  record.offset += n - (record.syn ? 1u : 0u);
  record.seq += n;
  record.length -= n;
  record.syn = false;
}

}  // namespace

SentRecord& SentRecords::Append(PayloadRange payload, bool syn, bool fin, bool push, bool mtu_probe) {
  const std::uint32_t length = payload.length + (syn ? 1u : 0u) + (fin ? 1u : 0u);
  MPTCPP_DCHECK(length > 0);
  if (size_ == capacity_) Grow();
  SentRecord& record = At(size_++);
  record = {
      .seq = nxt_, .length = length, .offset = payload.offset, .sent = {}, .stamp = {}, .syn = syn, .fin = fin, .push = push,
      .mtu_probe = mtu_probe};
  nxt_ += length;
  return record;
}

void SentRecords::CountLost(const SentRecord& record, std::int64_t n) {
  lost_ += Bytes(n);
  if (record.mtu_probe) lost_probe_ += Bytes(n);
}

void SentRecords::Forget(const SentRecord& part, std::uint32_t n) {
  if (part.sacked) sacked_ -= Bytes(n);
  if (part.lost) CountLost(part, -std::int64_t{n});
  if (part.retransmitted && !part.sacked) retransmitted_ -= Bytes(n);
}

void SentRecords::AckFront(std::uint32_t n) {
  SentRecord& front = At(0);
  MPTCPP_DCHECK(size_ > 0 && n > 0 && n <= front.length);
  Forget(front, n);
  una_ += n;
  if (n < front.length) return AdvanceFront(front, n);
  head_ = Slot(1);
  --size_;
}

std::size_t SentRecords::Find(SeqNum seq) const {
  const std::uint32_t distance = seq.DistanceFrom(una_);
  MPTCPP_DCHECK(size_ > 0 && Bytes(distance) < outstanding());
  std::size_t low = 0;
  std::size_t high = size_ - 1;
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if ((*this)[middle].seq.DistanceFrom(una_) <= distance) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

void SentRecords::Split(std::size_t i, std::uint32_t n) {
  MPTCPP_DCHECK(i < size_ && n > 0 && n < (*this)[i].length);
  if (size_ == capacity_) Grow();
  OpenGap(i + 1);
  SentRecord& front = At(i);
  SentRecord& rest = At(i + 1);
  rest = front;
  AdvanceFront(rest, n);
  rest.continues = true;
  front.length = n;
  front.fin = false;
  front.push = false;  // PSH belongs to the end of what the application wrote
}

bool SentRecords::SackIntoPrevious(std::size_t i, std::uint32_t n) {
  if (i == 0) return false;
  SentRecord& previous = At(i - 1);
  SentRecord& record = At(i);
  MPTCPP_DCHECK(n > 0 && n < record.length && !record.sacked);
  const bool alike = record.continues && previous.sacked && previous.retransmitted == record.retransmitted;
  if (!alike) return false;
  Forget(record, n);
  sacked_ += Bytes(n);
  previous.length += n;
  AdvanceFront(record, n);
  return true;
}

void SentRecords::MarkSacked(std::size_t i) {
  SentRecord& record = At(i);
  MPTCPP_DCHECK(!record.sacked);
  Forget(record, record.length);
  record.sacked = true;
  record.lost = false;
  sacked_ += Bytes(record.length);
}

void SentRecords::ClearSacked(std::size_t i) {
  SentRecord& record = At(i);
  MPTCPP_DCHECK(record.sacked);
  record.sacked = false;
  sacked_ -= Bytes(record.length);
  if (record.retransmitted) retransmitted_ += Bytes(record.length);
}

void SentRecords::MarkLost(std::size_t i) {
  SentRecord& record = At(i);
  MPTCPP_DCHECK(!record.sacked && !record.lost);
  record.lost = true;
  CountLost(record, record.length);
}

void SentRecords::ClearLost(std::size_t i) {
  SentRecord& record = At(i);
  MPTCPP_DCHECK(record.lost);
  record.lost = false;
  CountLost(record, -std::int64_t{record.length});
}

SentRecord& SentRecords::MarkRetransmitted(std::size_t i, Instant now) {
  SentRecord& record = At(i);
  MPTCPP_DCHECK(!record.sacked);
  if (record.lost) ClearLost(i);
  if (!record.retransmitted) retransmitted_ += Bytes(record.length);
  record.retransmitted = true;
  record.mtu_probe = false;
  record.sent = now;
  return record;
}

void SentRecords::Grow() {
  const std::size_t larger = capacity_ == 0 ? kInitialCapacity : capacity_ * 2;
  auto slots = std::make_unique<SentRecord[]>(larger);
  for (std::size_t i = 0; i < size_; ++i) slots[i] = At(i);
  slots_ = std::move(slots);
  capacity_ = larger;
  head_ = 0;
}

void SentRecords::OpenGap(std::size_t i) {
  ++size_;
  if (i <= size_ / 2) {
    head_ = (head_ - 1) & (capacity_ - 1);
    for (std::size_t k = 0; k < i; ++k) At(k) = At(k + 1);
  } else {
    for (std::size_t k = size_ - 1; k > i; --k) At(k) = At(k - 1);
  }
}

const char* SentRecords::Inconsistency() const {
  SeqNum expected = una_;
  Bytes sacked, lost, lost_probe, retransmitted;
  for (std::size_t i = 0; i < size_; ++i) {
    const SentRecord& record = (*this)[i];
    if (record.seq != expected) return "sent records: a gap or an overlap";
    if (record.length == 0) return "sent records: an empty record";
    if (record.sacked && record.lost) return "sent records: SACKed and lost";
    if (record.sacked) sacked += Bytes(record.length);
    if (record.lost) lost += Bytes(record.length);
    if (record.lost && record.mtu_probe) lost_probe += Bytes(record.length);
    if (record.retransmitted && !record.sacked) retransmitted += Bytes(record.length);
    expected = record.End();
  }
  if (expected != nxt_) return "sent records: the last record does not end at SND.NXT";
  if (sacked != sacked_) return "sent records: wrong sum of SACKed bytes";
  if (lost_probe != lost_probe_) return "sent records: wrong sum of lost probe bytes";
  if (lost != lost_) return "sent records: wrong sum of lost bytes";
  if (retransmitted != retransmitted_) return "sent records: wrong sum of retransmitted bytes";
  return nullptr;
}

}  // namespace mptcpp::tcp
