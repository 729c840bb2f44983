// SPDX-License-Identifier: Apache-2.0
// Delivery rate estimation (draft-cheng-iccrg-delivery-rate-estimation): how fast the network delivered what was outstanding
// while one segment travelled. Each sent record carries a RateStamp; the newest record that an ACK covers makes the sample.
// Owned by one subflow, fed by tcp. It sends nothing and knows no sequence numbers.
//
//   sending:    rate.OnSent(record.rate_stamp, now, snd_nxt - snd_una before it);
//   ACK comes:  rate.OnDelivered(record.rate_stamp, bytes, now, record.sent_time);   once per record (or part of one) acknowledged
//               RateSample sample = rate.Sample(min_rtt);                            once per ACK, after its records
//   idle:       rate.MarkAppLimited(in_flight);    nothing to send, window open, no retransmission pending (draft 3.4)
#pragma once

#include "base/time.h"
#include "base/units.h"

namespace mptcpp::congestion {

// State of the connection when a record was (last) sent. A record that is split copies it; a retransmission makes a new one.
struct RateStamp {
  Bytes delivered;            // total delivered so far
  Instant delivered_time;     // when that total was reached
  Instant first_sent_time;    // send time of the record whose ACK began this flight
  bool app_limited = false;
};

struct RateSample {
  Rate delivery_rate;         // zero: no sample
  Duration interval;          // max(send phase, ACK phase), so that neither ACK compression nor send bursts inflate the rate
  Bytes delivered;            // in that interval
  Bytes prior_delivered;      // total delivered when the newest record was sent: tells rounds apart
  bool app_limited = false;
  bool IsValid() const { return !delivery_rate.IsZero(); }
};

class DeliveryRate {
 public:
  // Stamps a record that leaves now; `outstanding` is what was sent before it and is not cumulatively acknowledged (lost and
  // SACKed data included: a window full of losses is not idle).
  void OnSent(RateStamp& stamp, Instant now, Bytes outstanding);
  // `bytes` of a record with this stamp, last sent at `sent_time`, are newly acknowledged or SACKed.
  void OnDelivered(const RateStamp& stamp, Bytes bytes, Instant now, Instant sent_time);
  // The sample of this ACK; starts the next. An interval shorter than the path allows is no sample (draft 3.3).
  RateSample Sample(Duration min_rtt);
  // The application, not the window, is the limit from here until all of `in_flight` is delivered.
  void MarkAppLimited(Bytes in_flight);

  Bytes delivered() const { return delivered_; }
  bool app_limited() const { return app_limited_until_ != Bytes(); }

 private:
  Bytes delivered_;
  Instant delivered_time_;
  Instant first_sent_time_;
  Bytes app_limited_until_;   // zero: not limited

  // The newest record of the current ACK.
  bool pending_ = false;
  bool pending_app_limited_ = false;
  Bytes pending_prior_delivered_;
  Instant pending_prior_time_;
  Instant pending_sent_time_;
  Duration pending_send_elapsed_;
};

}  // namespace mptcpp::congestion
