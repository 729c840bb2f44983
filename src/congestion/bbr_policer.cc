// SPDX-License-Identifier: Apache-2.0
#include "congestion/bbr_policer.h"

#include <cmath>

namespace mptcpp::congestion {
namespace {

constexpr int kLeastRounds = 4;       // of an interval
constexpr int kMostRounds = 16;       // then it is given up
constexpr int kUseRounds = 48;        // how long a policed rate is believed
constexpr double kLossRatio = 50.0 / 256;
constexpr double kSameRatio = 1.0 / 8;
constexpr double kSameDifference = 500;  // bytes per second: 4 kbit/s
constexpr Duration kLeastTime = Duration::Millis(1);

}  // namespace

void BbrPolicer::Reset() { *this = BbrPolicer(); }

void BbrPolicer::BeginInterval(const AckSample& ack) {
  sampling_ = true;
  rounds_ = 0;
  began_ = ack.now;
  delivered_at_begin_ = ack.delivered;
  lost_at_begin_ = ack.lost;
}

bool BbrPolicer::OnAck(const AckSample& ack, bool round_start, bool probing) {
  if (detected_) {
    if (!probing || !round_start || ++rounds_ < kUseRounds) return false;
    Reset();
    return true;
  }
  const bool lost_now = ack.newly_lost > Bytes();
  if (!sampling_) {
    if (!lost_now) return false;
    BeginInterval(ack);
  }
  if (ack.app_limited) {
    Reset();
    return false;
  }
  if (round_start && ++rounds_ > kMostRounds) {
    Reset();
    return false;
  }
  if (rounds_ < kLeastRounds || !lost_now) return false;
  const Bytes delivered = ack.delivered - delivered_at_begin_;
  const double lost = static_cast<double>((ack.lost - lost_at_begin_).count());
  const Duration time = ack.now - began_;
  if (delivered <= Bytes() || lost < kLossRatio * static_cast<double>(delivered.count()) || time < kLeastTime) return false;
  EndInterval(ack, Rate::Per(delivered, time));
  return false;
}

void BbrPolicer::EndInterval(const AckSample& ack, Rate rate) {
  const double difference = std::abs(rate.bytes_per_second() - rate_.bytes_per_second());
  const bool same = !rate_.IsZero() && (difference <= kSameRatio * rate_.bytes_per_second() || difference <= kSameDifference);
  if (same) {
    rate_ = (rate_ + rate) * 0.5;
    detected_ = true;
    rounds_ = 0;
    return;
  }
  rate_ = rate;
  BeginInterval(ack);
}

}  // namespace mptcpp::congestion
