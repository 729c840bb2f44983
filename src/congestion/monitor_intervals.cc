// SPDX-License-Identifier: Apache-2.0
#include "congestion/monitor_intervals.h"

#include <algorithm>

namespace mptcpp::congestion {
namespace {

constexpr double kLeastSamples = 4;

// How much of [begin, end) lies in [from, to).
Bytes Overlap(Bytes begin, Bytes end, Bytes from, Bytes to) {
  return Larger(Smaller(end, to) - Larger(begin, from), Bytes());
}

}  // namespace

double MonitorInterval::LossRatio() const {
  const double bytes = static_cast<double>(sent().count());
  return bytes > 0 ? static_cast<double>(lost.count()) / bytes : 0;
}

void MonitorInterval::AddRtt(Instant sent_at, Duration rtt) {
  if (n_ == 0) first_rtt_ = rtt;
  const double t = (sent_at - began).seconds();
  const double r = (rtt - first_rtt_).seconds();
  n_ += 1;
  sum_t_ += t;
  sum_r_ += r;
  sum_tr_ += t * r;
  sum_tt_ += t * t;
}

double MonitorInterval::RttSlope() const {
  const double spread = n_ * sum_tt_ - sum_t_ * sum_t_;
  if (n_ < kLeastSamples || !(spread > 0)) return 0;
  return (n_ * sum_tr_ - sum_t_ * sum_r_) / spread;
}

bool MonitorIntervals::AllSettled() const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (!IsSettled(i)) return false;
  }
  return true;
}

void MonitorIntervals::Begin(Rate target, Instant now) {
  EndOpen(now);
  MonitorInterval& interval = intervals_[size_++];
  interval = MonitorInterval();
  interval.target = target;
  interval.began = now;
  interval.begin = sent_;
  interval.end = Bytes::Infinite();
}

void MonitorIntervals::EndOpen(Instant now) {
  if (!IsOpen()) return;
  MonitorInterval& open = intervals_[size_ - 1];
  open.length = Longer(now - open.began, Duration::Nanos(1));
  open.end = sent_;
}

void MonitorIntervals::OnAck(const AckSample& ack) {
  const Bytes before = settled_;
  settled_ = Larger(sent_ - ack.in_flight, before);  // an undone loss does not take back what was judged
  // What left the flight without being delivered. The total of losses would not do: a loss that is undone and found again counts
  // twice in it.
  const Bytes lost = Larger(settled_ - before - ack.acked, Bytes());
  for (std::size_t i = 0; i < size_; ++i) {
    MonitorInterval& interval = intervals_[i];
    interval.lost += Overlap(interval.begin, interval.end, before, before + lost);
    const bool newest_is_here = settled_ > interval.begin && settled_ <= interval.end;
    if (newest_is_here && ack.rtt > Duration::Zero()) interval.AddRtt(ack.now - ack.rtt, ack.rtt);
  }
}

}  // namespace mptcpp::congestion
