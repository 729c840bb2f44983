// SPDX-License-Identifier: Apache-2.0
#include "congestion/mpcc.h"

namespace mptcpp::congestion {
namespace {

PccRules Rules() {
  return {.initial_rate = Rate::BytesPerSecond(500'000),
          .least_rate = Rate::BytesPerSecond(25'000),
          .interval_rtts = 1.5,
          .step = {.amplify = Mpcc::Amplify,
                   .boundary = 0.05,
                   .boundary_growth = 0.05,
                   .least_change = Rate::BytesPerSecond(62'500)},
          .slope_noise = 0.03,
          .counts_falling_rtt = true,
          .start_loss = 0.15,
          .start_slope = 0};
}

PccUtility UtilityFor(Mpcc::Kind kind, std::string_view parameters) {
  PccUtility utility = kind == Mpcc::Kind::kLoss ? Mpcc::kLossUtility : Mpcc::kLatencyUtility;
  utility.Read(parameters);
  return utility;
}

}  // namespace

Rate Mpcc::ProbeAmplitude(Rate own, Rate others, bool has_moved) {
  const Rate amplitude = (own + others) * 0.05;
  return has_moved ? amplitude : amplitude + own * 0.01;
}

Mpcc::Mpcc(const ControllerConfig& config, Group& group, Kind kind)
    : PccController(config, Rules(), UtilityFor(kind, config.parameters)), kind_(kind), seat_(group) {
  OnDecided();
}

void Mpcc::OnSent(Instant now, Bytes bytes, Bytes in_flight) {
  seat_.MarkUsed(now);
  PccController::OnSent(now, bytes, in_flight);
}

void Mpcc::OnAck(const AckSample& ack) {
  if (seat_.taken()) {
    seat_.member().smoothed_rtt = ack.smoothed_rtt;
    seat_.member().cwnd = rate().In(ack.smoothed_rtt);
    seat_.MarkUsed(ack.now);
  }
  PccController::OnAck(ack);
}

void Mpcc::OnExperiment(Instant now) {
  if (!seat_.taken()) return;
  Group& group = seat_.group();
  group.DropIdle(now, Seat::Patience(seat_.member().smoothed_rtt));
  others_ = Rate();
  for (std::size_t i = 0; i < Group::kMaxMembers; ++i) {
    const GroupMember& sibling = group.member(i);
    if (i != seat_.index() && Group::Counts(sibling)) others_ = others_ + Group::RateOf(sibling);
  }
}

void Mpcc::OnDecided() {
  if (seat_.taken()) seat_.member().rate = rate();
}

}  // namespace mptcpp::congestion
