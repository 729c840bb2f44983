// SPDX-License-Identifier: Apache-2.0
// What was sent and is not yet cumulatively acknowledged: a queue of records in order of sequence number, without gaps, from
// SND.UNA to SND.NXT. One record is one (super-)segment; it is cut only when an ACK, a SACK or a retransmission needs a
// boundary inside it. The sums over the records (SACKed, lost, in flight) are kept here, beside the bits they count.
// It decides nothing. Owned by one Sender.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/check.h"
#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "congestion/delivery_rate.h"
#include "tcp/upper.h"

namespace mptcpp::tcp {

// 64 bytes: one cache line. `lost` means: believed lost and not sent again since; such bytes are not in flight.
struct SentRecord {
  SeqNum seq;
  std::uint32_t length = 0;  // sequence numbers used: payload, plus one each for SYN and FIN
  std::uint64_t offset = 0;  // the upper layer's number of the first payload byte
  Instant sent;              // last transmission
  congestion::RateStamp stamp;
  bool syn : 1 = false;
  bool fin : 1 = false;
  bool push : 1 = false;
  bool sacked : 1 = false;
  bool lost : 1 = false;
  bool retransmitted : 1 = false;  // sent more than once
  bool mtu_probe : 1 = false;      // never sent but as a probe of the path MTU: its loss is nobody's fault (RFC 8899 3)
  bool untimed : 1 = false;        // when it left is not known
  bool continues : 1 = false;      // its range was cut off the record before: the upper layer gave both as one

  SeqNum End() const { return seq + length; }
  std::uint32_t PayloadLength() const { return length - (syn ? 1u : 0u) - (fin ? 1u : 0u); }
  PayloadRange Payload() const { return {.offset = offset, .length = PayloadLength()}; }
};
static_assert(sizeof(SentRecord) == 64);

class SentRecords {
 public:
  explicit SentRecords(SeqNum initial_sequence) : una_(initial_sequence), nxt_(initial_sequence) {}

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const SentRecord& operator[](std::size_t i) const { return slots_[Slot(i)]; }

  SeqNum una() const { return una_; }
  SeqNum nxt() const { return nxt_; }
  Bytes outstanding() const { return Bytes(nxt_.DistanceFrom(una_)); }
  Bytes sacked() const { return sacked_; }
  Bytes lost() const { return lost_; }
  Bytes lost_probe() const { return lost_probe_; }  // of which probes of the path MTU
  // Outstanding, not SACKed, not lost: RFC 6675's pipe.
  Bytes in_flight() const { return outstanding() - sacked_ - lost_; }
  // Bytes of records that were sent more than once and are neither SACKed nor acknowledged.
  Bytes retransmitted() const { return retransmitted_; }

  // A record of at least one sequence number at nxt().
  SentRecord& Append(PayloadRange payload, bool syn, bool fin, bool push, bool mtu_probe = false);
  // Acknowledges the first `n` sequence numbers of the front record, 1 .. its length: removes it, or cuts its front off.
  void AckFront(std::uint32_t n);
  // The index of the record that holds `seq`; una() <= seq < nxt(). O(log n).
  std::size_t Find(SeqNum seq) const;
  // Cuts record i after `n` sequence numbers, 0 < n < length: i keeps the front, i + 1 is the rest.
  void Split(std::size_t i, std::uint32_t n);
  // Gives the first `n` sequence numbers of record i to the SACKed record before it, without making a new record. False if
  // the two differ in more than what a SACK changes, or the upper layer gave them apart.
  bool SackIntoPrevious(std::size_t i, std::uint32_t n);

  void MarkSacked(std::size_t i);
  void ClearSacked(std::size_t i);  // reneging
  void MarkLost(std::size_t i);     // not SACKed, not lost yet
  void ClearLost(std::size_t i);
  void ForgetTime(std::size_t i) { At(i).untimed = true; }
  // Record i leaves again now: in flight, whatever it was before. The caller stamps it.
  SentRecord& MarkRetransmitted(std::size_t i, Instant now);

  // Broken invariants (tests, fuzzers, debug); nullptr: none.
  const char* Inconsistency() const;

 private:
  std::size_t Slot(std::size_t i) const { return (head_ + i) & (capacity_ - 1); }
  SentRecord& At(std::size_t i) { return slots_[Slot(i)]; }
  void Grow();
  // Makes room for one record at index i, moving the shorter side.
  void OpenGap(std::size_t i);
  void Forget(const SentRecord& part, std::uint32_t n);
  void CountLost(const SentRecord& record, std::int64_t n);

  std::unique_ptr<SentRecord[]> slots_;
  std::size_t capacity_ = 0;  // a power of two, or zero before the first record
  std::size_t head_ = 0;
  std::size_t size_ = 0;
  SeqNum una_;
  SeqNum nxt_;
  Bytes sacked_;
  Bytes lost_;
  Bytes lost_probe_;
  Bytes retransmitted_;
};

}  // namespace mptcpp::tcp
