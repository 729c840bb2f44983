// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_ecmp.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> EqualCostLegs::Make(BoxParameters& parameters) {
  const std::int64_t legs = parameters.Number("legs", 2, 1, 64);
  const Duration step = parameters.Time("step", Duration::Millis(5));
  const std::int64_t dead_leg = parameters.Number("dead", 0, 0, 64);
  return std::make_unique<EqualCostLegs>(static_cast<std::uint64_t>(legs), step, static_cast<std::uint64_t>(dead_leg));
}

// The same leg both ways, although routers need not agree on that.
void EqualCostLegs::Process(PacketPtr packet, Direction direction) {
  const FourTuple flow = FlowOf(*packet, direction);
  std::uint64_t hash = Mix64(std::uint64_t{flow.local.port} << 16 | flow.remote.port);
  for (const IpAddress* address : {&flow.local.address, &flow.remote.address}) {
    for (const std::byte byte : address->bytes()) hash = Mix64(hash ^ std::to_integer<std::uint64_t>(byte));
  }
  const std::uint64_t leg = hash % legs_;
  if (leg + 1 == dead_leg_) return Drop(std::move(packet), direction);
  PassAt(std::move(packet), direction, now() + step_ * static_cast<std::int64_t>(leg));
}

}  // namespace mptcpp::sim
