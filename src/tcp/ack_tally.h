// SPDX-License-Identifier: Apache-2.0
// What one ACK delivered, gathered record by record, cumulatively acknowledged or SACKed: bytes, round-trip times that Karn's
// algorithm allows, and signs that an earlier judgement was wrong. RACK and the delivery rate listen here too.
// Lives as long as the processing of one ACK.
#pragma once

#include <cstdint>
#include <optional>

#include "base/seq_num.h"
#include "base/time.h"
#include "base/units.h"
#include "congestion/delivery_rate.h"
#include "tcp/rack.h"
#include "tcp/sent_records.h"

namespace mptcpp::tcp {

class AckTally {
 public:
  AckTally(Rack& rack, congestion::DeliveryRate& rate, Instant arrival, std::optional<std::uint32_t> echo, Duration min_rtt)
      : rack_(rack), rate_(rate), arrival_(arrival), echo_(echo), min_rtt_(min_rtt) {
    rack_.OnAckStart();
  }

  // The first `n` sequence numbers of `record` are acknowledged (it may be SACKed before: then nothing new is delivered).
  void OnAcked(const SentRecord& record, std::uint32_t n);
  // They are SACKed for the first time.
  void OnSacked(const SentRecord& record, std::uint32_t n);

  Bytes delivered() const { return delivered_; }  // payload and FIN, each byte once
  Bytes sacked() const { return sacked_; }
  // When the newest of the acknowledged records that were sent more than once last left.
  std::optional<Instant> acked_retransmission() const { return acked_retransmission_; }
  bool first_attempt() const { return !acked_times_.empty() || !sacked_times_.empty(); }
  // Data that was marked lost and never sent again is acknowledged cumulatively: the original arrived (RFC 5682's sign).
  bool acked_presumed_lost() const { return acked_presumed_lost_; }
  // For the RTO: the oldest record that this ACK answers, so that delayed ACKs are part of it. Zero(): no sample.
  Duration oldest_rtt() const;
  // For everybody else: the newest one. Zero(): no sample.
  Duration newest_rtt() const;

 private:
  struct SendTimes {
    Instant oldest = Instant::Infinite();
    Instant newest;
    void Add(Instant sent) {
      oldest = Sooner(oldest, sent);
      newest = newest < sent ? sent : newest;
    }
    bool empty() const { return oldest.IsInfinite(); }
  };
  void OnDelivered(const SentRecord& record, std::uint32_t n, SendTimes& times);
  // An ACK of something retransmitted may have waited for that retransmission: what else it covers cumulatively is no sample.
  const SendTimes* Usable() const;

  Rack& rack_;
  congestion::DeliveryRate& rate_;
  Instant arrival_;
  std::optional<std::uint32_t> echo_;
  Duration min_rtt_;
  Bytes delivered_;
  Bytes sacked_;
  SendTimes acked_times_;
  SendTimes sacked_times_;
  std::optional<Instant> acked_retransmission_;
  bool acked_presumed_lost_ = false;
};

}  // namespace mptcpp::tcp
