// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_balancer.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> LoadBalancer::Make(BoxParameters& parameters) {
  const IpAddress virtual_address = parameters.Address("virtual");
  std::vector<IpAddress> servers = parameters.Addresses("servers");
  const auto policy = static_cast<Policy>(parameters.Choice("policy", {"hash", "round-robin"}, 0));
  return std::make_unique<LoadBalancer>(virtual_address, std::move(servers), policy);
}

// Per flow, not per packet: a server that was chosen stays.
const IpAddress& LoadBalancer::Choose(const FourTuple& tuple) {
  const auto known = chosen_.find(tuple);
  if (known != chosen_.end()) return known->second;
  std::uint64_t choice = next_++;
  if (policy_ == Policy::kHash) {
    choice = Mix64(std::uint64_t{tuple.local.port} << 16 | tuple.remote.port);
    for (const std::byte byte : tuple.local.address.bytes()) choice = Mix64(choice ^ std::to_integer<std::uint64_t>(byte));
  }
  const IpAddress& server = servers_[choice % servers_.size()];
  translated_.insert({tuple.local, {server, tuple.remote.port}});
  return chosen_.emplace(tuple, server).first->second;
}

void LoadBalancer::Process(PacketPtr packet, Direction direction) {
  const FourTuple tuple = FlowOf(*packet, direction);
  if (direction == Direction::kThere && packet->destination == virtual_address_) {
    packet->destination = Choose(tuple);
  } else if (direction == Direction::kBack && translated_.contains(tuple)) {
    packet->source = virtual_address_;
  } else {
    return Pass(std::move(packet), direction);
  }
  SegmentEdit(*packet).Seal();
  NoteChange(*packet, direction);
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
