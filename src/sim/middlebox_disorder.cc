// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_disorder.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> Duplicator::Make(BoxParameters& parameters) {
  const double probability = parameters.Fraction("probability", 1);
  const Duration gap = parameters.Time("gap", Duration::Zero());
  return std::make_unique<Duplicator>(probability, gap, parameters.Ways());
}

void Duplicator::Process(PacketPtr packet, Direction direction) {
  if (directions_.Has(direction) && random().Chance(probability_)) InjectAt(pool().Copy(*packet), direction, now() + gap_);
  Pass(std::move(packet), direction);
}

std::unique_ptr<Middlebox> SynDelayer::Make(BoxParameters& parameters) {
  const Duration delay = parameters.Time("delay", Duration::Seconds(4));
  const bool mptcp_only = parameters.Flag("mptcp_only", true);
  return std::make_unique<SynDelayer>(delay, mptcp_only, parameters.Ways());
}

void SynDelayer::Process(PacketPtr packet, Direction direction) {
  const SegmentEdit segment(*packet);
  const bool hit = segment.Has(wire::kFlagSyn) && (!mptcp_only_ || !segment.Find(wire::kMptcpKind).empty());
  if (!hit || !directions_.Has(direction)) return Pass(std::move(packet), direction);
  PassAt(std::move(packet), direction, now() + delay_);
}

}  // namespace mptcpp::sim
