// SPDX-License-Identifier: Apache-2.0
// Monitor intervals (PCC, NSDI 2015 and 2018): send for a while at one rate, then look at what became of exactly the bytes that
// were sent in that while: how many were lost, and whether the round trip grew. Feedback comes a round trip later, so several
// intervals can be under way.
//
// An interval is a range of positions in the sequence of everything sent, retransmissions included. How far feedback has come is
// a position in the same sequence: what was sent, minus what is in flight. Losses are found later than deliveries, so of what one
// ACK settles the lost bytes are taken to be the older ones; the error is the few segments that overtake a loss before it is found.
// Owned by one controller. It decides nothing.
#pragma once

#include <array>
#include <cstddef>

#include "base/time.h"
#include "base/units.h"
#include "congestion/controller.h"

namespace mptcpp::congestion {

class MonitorInterval {
 public:
  Rate target;            // that was asked for
  Instant began;
  Duration length;        // of sending; Zero() while it is open
  Bytes begin, end;       // positions; end is Infinite() while it is open
  Bytes lost;

  bool open() const { return end == Bytes::Infinite(); }
  Bytes sent() const { return end - begin; }  // not while it is open
  double LossRatio() const;
  // What was really sent. Below the target something else was the limit: the application, a window.
  Rate Achieved() const { return Rate::Per(sent(), length); }
  // Seconds of round trip per second of sending, by least squares; 0 with fewer than four samples.
  double RttSlope() const;
  void AddRtt(Instant sent_at, Duration rtt);

 private:
  // Sums over samples (t, rtt) relative to the first: seconds, as the differences are small.
  double n_ = 0, sum_t_ = 0, sum_r_ = 0, sum_tr_ = 0, sum_tt_ = 0;
  Duration first_rtt_;
};

class MonitorIntervals {
 public:
  static constexpr std::size_t kMost = 4;

  std::size_t size() const { return size_; }
  const MonitorInterval& operator[](std::size_t i) const { return intervals_[i]; }
  bool IsOpen() const { return size_ > 0 && intervals_[size_ - 1].open(); }
  // Everything in `i` has been acknowledged or lost.
  bool IsSettled(std::size_t i) const { return !intervals_[i].open() && settled_ >= intervals_[i].end; }
  bool AllSettled() const;
  // Of the open one.
  Bytes SentInOpen() const { return sent_ - intervals_[size_ - 1].begin; }

  void Clear() { size_ = 0; }
  // A new interval; the open one ends. Not beyond kMost.
  void Begin(Rate target, Instant now);
  void EndOpen(Instant now);
  void OnSent(Bytes bytes) { sent_ += bytes; }
  void OnAck(const AckSample& ack);

 private:
  std::array<MonitorInterval, kMost> intervals_;
  std::size_t size_ = 0;
  Bytes sent_;      // ever
  Bytes settled_;   // ever
};

}  // namespace mptcpp::congestion
