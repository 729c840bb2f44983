// SPDX-License-Identifier: Apache-2.0
#include "congestion/wvegas.h"

#include <algorithm>

namespace mptcpp::congestion {
namespace {

// With fewer samples in a round the mean says nothing: grow like Reno.
constexpr std::int64_t kEnoughSamples = 3;
constexpr std::int64_t kLeastSegments = 2;

}  // namespace

double VegasBacklog(double cwnd_segments, Duration base_rtt, Duration rtt) {
  return cwnd_segments * ((rtt - base_rtt).seconds() / rtt.seconds());
}

void WVegas::OnAck(const AckSample& ack) {
  Sample(ack);
  const Bytes before = control_.cwnd;
  const Bytes left = BeginAck(ack);
  if (ack.in_recovery || !ack.round_start) return;
  if (samples_ >= kEnoughSamples) {
    EndRound(ack);
  } else if (left > Bytes()) {
    AvoidLikeReno(before);
  }
  rtt_sum_ = Duration::Zero();
  samples_ = 0;
  EndAck();
}

void WVegas::Sample(const AckSample& ack) {
  if (ack.rtt <= Duration::Zero()) return;
  base_rtt_ = Shorter(base_rtt_, ack.rtt);
  if (ack.in_recovery) return;
  rtt_sum_ += ack.rtt;
  ++samples_;
}

void WVegas::EndRound(const AckSample& ack) {
  const Duration rtt = rtt_sum_ / samples_;
  const double backlog = VegasBacklog(Segments(), base_rtt_, rtt);
  if (control_.cwnd >= control_.ssthresh) {
    seat_group().DropIdle(ack.now, Seat::Patience(rtt));
    Avoid(backlog, rtt, ack.cwnd_limited);
  } else if (backlog > kGamma) {
    LeaveSlowStart(rtt);
  }
}

// The window falls to what the path holds without a queue, and one segment.
void WVegas::LeaveSlowStart(Duration rtt) {
  const double target = Segments() * (base_rtt_.seconds() / rtt.seconds()) * static_cast<double>(mss().count());
  control_.cwnd = Larger(Smaller(control_.cwnd, Bytes(static_cast<std::int64_t>(target)) + mss()), mss() * kLeastSegments);
  control_.ssthresh = Larger(Smaller(control_.ssthresh, control_.cwnd - mss()), MinSsthresh());
}

void WVegas::Avoid(double backlog, Duration rtt, bool may_grow) {
  if (backlog >= alpha_) UpdateShare(rtt);
  if (backlog > alpha_) {
    control_.cwnd -= mss();
    control_.ssthresh = Larger(Smaller(control_.ssthresh, control_.cwnd - mss()), MinSsthresh());
  } else if (backlog < alpha_ && may_grow) {
    control_.cwnd += mss();
  }
  if (backlog > alpha_) DrainIfDoubled(rtt);
  control_.cwnd = Larger(control_.cwnd, mss() * kLeastSegments);
}

// Our part of the ten segments is our part of the connection's rate.
void WVegas::UpdateShare(Duration rtt) {
  const Rate own = Rate::Per(control_.cwnd, rtt);
  double weight = 1;
  if (IsCoupled()) {
    self().rate = own;
    Rate total;
    for (const GroupMember& m : group().members()) {
      if (Group::Counts(m)) total = total + Group::RateOf(m);
    }
    weight = own.bytes_per_second() / std::max(total.bytes_per_second(), own.bytes_per_second());
  }
  alpha_ = std::max(kInitialAlpha, weight * kTotalAlpha);
}

// A queue of more than our share, and of twice the shortest that we have seen since the last drain, may hide the true base: let it
// empty once. Linux does so below the share too, where one segment more is already twice as much (docs/decisions/wvegas.md).
void WVegas::DrainIfDoubled(Duration rtt) {
  const Duration queue = rtt - base_rtt_;
  least_queue_ = Shorter(least_queue_, queue);
  if (queue < least_queue_ * 2) return;
  control_.cwnd = Bytes(static_cast<std::int64_t>(static_cast<double>(control_.cwnd.count()) * base_rtt_.seconds() / (2 * rtt.seconds())));
  least_queue_ = Duration::Infinite();
}

// While losses are repaired delay means nothing; afterwards the share is found anew.
void WVegas::StartAfresh() {
  alpha_ = kInitialAlpha;
  rtt_sum_ = Duration::Zero();
  samples_ = 0;
}

void WVegas::OnCongestionEvent(const CongestionEvent& event) {
  CoupledBase::OnCongestionEvent(event);
  StartAfresh();
}

void WVegas::OnRto(Instant now, Bytes in_flight, bool first) {
  CoupledBase::OnRto(now, in_flight, first);
  StartAfresh();
  if (IsCoupled()) self().rate = Rate();
}

void WVegas::OnIdle(Instant now, Duration idle, Bytes in_flight) {
  CoupledBase::OnIdle(now, idle, in_flight);
  StartAfresh();
  base_rtt_ = Duration::Infinite();  // the path may be another one
}

void WVegas::Continue(const Handover& from) {
  CoupledBase::Continue(from);
  if (from.min_rtt > Duration::Zero()) base_rtt_ = from.min_rtt;
}

}  // namespace mptcpp::congestion
