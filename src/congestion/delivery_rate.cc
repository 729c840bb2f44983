// SPDX-License-Identifier: Apache-2.0
#include "congestion/delivery_rate.h"

namespace mptcpp::congestion {

void DeliveryRate::OnSent(RateStamp& stamp, Instant now, Bytes outstanding) {
  // A flight that starts from nothing must not count the silence before it (draft 3.2).
  if (outstanding == Bytes()) first_sent_time_ = delivered_time_ = now;
  stamp = {.delivered = delivered_,
           .delivered_time = delivered_time_,
           .first_sent_time = first_sent_time_,
           .app_limited = app_limited()};
}

void DeliveryRate::OnDelivered(const RateStamp& stamp, Bytes bytes, Instant now, Instant sent_time) {
  delivered_ += bytes;
  delivered_time_ = now;
  // The record sent last represents the ACK (draft 3.3). Retransmissions can be newer than what lies above them.
  const bool newest = !pending_ || stamp.delivered > pending_prior_delivered_ ||
                      (stamp.delivered == pending_prior_delivered_ && sent_time > pending_sent_time_);
  if (!newest) return;
  pending_ = true;
  pending_app_limited_ = stamp.app_limited;
  pending_prior_delivered_ = stamp.delivered;
  pending_prior_time_ = stamp.delivered_time;
  pending_sent_time_ = sent_time;
  pending_send_elapsed_ = sent_time - stamp.first_sent_time;
  first_sent_time_ = sent_time;
}

RateSample DeliveryRate::Sample(Duration min_rtt) {
  if (app_limited() && delivered_ > app_limited_until_) app_limited_until_ = Bytes();
  if (!pending_) return {};
  pending_ = false;
  RateSample sample{.delivery_rate = {},
                    .interval = Longer(pending_send_elapsed_, delivered_time_ - pending_prior_time_),
                    .delivered = delivered_ - pending_prior_delivered_,
                    .prior_delivered = pending_prior_delivered_,
                    .app_limited = pending_app_limited_};
  if (sample.interval > Duration::Zero() && sample.interval >= min_rtt) {
    sample.delivery_rate = Rate::Per(sample.delivered, sample.interval);
  }
  return sample;
}

void DeliveryRate::MarkAppLimited(Bytes in_flight) { app_limited_until_ = Larger(delivered_ + in_flight, Bytes(1)); }

}  // namespace mptcpp::congestion
