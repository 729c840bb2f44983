// SPDX-License-Identifier: Apache-2.0
#include "tcp/rack.h"

#include "tcp/timestamp_clock.h"

namespace mptcpp::tcp {
namespace {

constexpr std::uint8_t kPersistRecoveries = 16;
constexpr std::uint8_t kMaxMultiple = 64;  // 16 round trips of patience; SRTT is the limit long before

}  // namespace

void Rack::OnDelivered(const SentRecord& record, SeqNum end, Instant arrival, std::optional<std::uint32_t> echo,
                       Duration min_rtt) {
  if (!highest_delivered_ || highest_delivered_->Before(end)) highest_delivered_ = end;
  // Step 3: an original was overtaken.
  if (delivered_before_ack_ && end.Before(*delivered_before_ack_) && !record.retransmitted) reordering_seen_ = true;
  const Duration rtt = arrival - record.sent;
  if (record.retransmitted) {
    // Step 2: this may be the ACK of an earlier transmission; then it says nothing about the last one.
    if (echo && TimestampBefore(*echo, TimestampAt(record.sent))) return;
    if (rtt < min_rtt) return;
  }
  rtt_ = rtt;
  if (record.sent < newest_sent_ || (record.sent == newest_sent_ && end.Before(newest_end_))) return;
  newest_sent_ = record.sent;
  newest_end_ = end;
}

void Rack::OnDsack(SeqNum una, SeqNum nxt) {
  if (dsack_round_ && una.Before(*dsack_round_)) return;  // once per round trip
  dsack_round_ = nxt;
  if (window_multiple_ < kMaxMultiple) ++window_multiple_;
  window_persist_ = kPersistRecoveries;
}

void Rack::OnRecoveryEnd() {
  if (window_persist_ > 0) --window_persist_;
  if (window_persist_ == 0) window_multiple_ = 1;
}

Duration Rack::Window(const Circumstances& c) const {
  if (!reordering_seen_ && (c.recovering || c.dup_thresh_reached)) return Duration::Zero();
  return Shorter(Duration::Nanos(c.min_rtt.nanos() * window_multiple_ >> 2), c.smoothed_rtt);
}

bool Rack::SentBeforeNewest(const SentRecord& record) const {
  return record.sent < newest_sent_ || (record.sent == newest_sent_ && record.End().Before(newest_end_));
}

Rack::Detection Rack::DetectLoss(SentRecords& records, const Circumstances& circumstances, Instant now) {
  window_ = Window(circumstances);
  Detection detection;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const SentRecord& record = records[i];
    if (record.sacked || record.lost) continue;
    if (!SentBeforeNewest(record)) {
      // Originals were sent in order: behind this one, nothing was sent earlier.
      if (!record.retransmitted) break;
      continue;
    }
    const Instant lost_at = record.sent + rtt_ + window_;
    if (lost_at <= now) {
      detection.lost += Bytes(record.length);
      records.MarkLost(i);
    } else if (detection.look_again.IsInfinite() || detection.look_again < lost_at) {
      detection.look_again = lost_at;
    }
  }
  return detection;
}

Bytes Rack::MarkLostOnTimeout(SentRecords& records, Instant now) {
  Bytes lost;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const SentRecord& record = records[i];
    if (record.sacked || record.lost) continue;
    if (i > 0 && record.sent + rtt_ + window_ > now) continue;
    lost += Bytes(record.length);
    records.MarkLost(i);
  }
  return lost;
}

}  // namespace mptcpp::tcp
