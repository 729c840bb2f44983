// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_ecn.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> EcnBleacher::Make(BoxParameters& parameters, EcnOptions options) {
  options.directions = parameters.Ways();
  return std::make_unique<EcnBleacher>(options);
}

void EcnBleacher::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  constexpr std::uint8_t kNegotiation = wire::kFlagEce | wire::kFlagCwr;
  if (!options_.directions.Has(direction)) return Pass(std::move(packet), direction);
  if (options_.drop_syn && segment.IsSyn() && (segment.flags() & kNegotiation) == kNegotiation) {
    return Drop(std::move(packet), direction);
  }
  const bool capable = packet->ecn != Ecn::kNotEct;
  if (options_.drop_capable && capable) return Drop(std::move(packet), direction);
  bool changed = false;
  if (options_.mark_every > 0 && capable && ++capable_seen_ % options_.mark_every == 0) {
    packet->ecn = Ecn::kCe;
    changed = true;
  }
  if (options_.clear_field && packet->ecn != Ecn::kNotEct) {
    packet->ecn = Ecn::kNotEct;
    changed = true;
  }
  if (options_.clear_syn_flags && segment.Has(wire::kFlagSyn) && (segment.flags() & kNegotiation) != 0) {
    segment.set_flags(static_cast<std::uint8_t>(segment.flags() & ~kNegotiation));
    segment.Seal();
    changed = true;
  }
  if (changed) NoteChange(*packet, direction);
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
