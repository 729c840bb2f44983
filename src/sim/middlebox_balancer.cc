// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_balancer.h"

#include "mptcpp/token_shard.h"
#include "sim/middlebox_segment.h"
#include "wire/mptcp_join.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> LoadBalancer::Make(BoxParameters& parameters) {
  const IpAddress virtual_address = parameters.Address("virtual");
  std::vector<IpAddress> servers = parameters.Addresses("servers");
  const auto policy = static_cast<Policy>(parameters.Choice("policy", {"hash", "round-robin", "token"}, 0));
  return std::make_unique<LoadBalancer>(virtual_address, std::move(servers), policy);
}

// Which server the token of an MP_JOIN SYN names; nothing for other segments.
std::optional<std::uint64_t> LoadBalancer::ShardOfJoin(Packet& packet) const {
  std::optional<std::uint64_t> shard;
  const SegmentEdit segment(packet);
  if (!segment.IsSyn()) return shard;
  ForEachOption(segment.options(), [&](std::span<const std::byte> option) {
    if (!IsMptcp(option, wire::MptcpSubtype::kJoin)) return;
    if (const auto join = wire::ParseMpJoinSyn(option)) shard = ShardOf(join->receiver_token, static_cast<std::uint16_t>(servers_.size()));
  });
  return shard;
}

// Per flow, not per packet: a server that was chosen stays.
const IpAddress& LoadBalancer::Choose(const FourTuple& tuple, Packet& packet) {
  const auto shard = policy_ == Policy::kToken ? ShardOfJoin(packet) : std::nullopt;
  const auto known = chosen_.find(tuple);
  if (known != chosen_.end() && !shard) return known->second;
  std::uint64_t choice = next_++;
  if (shard) {
    choice = *shard;
  } else if (policy_ != Policy::kRoundRobin) {
    choice = Mix64(std::uint64_t{tuple.local.port} << 16 | tuple.remote.port);
    for (const std::byte byte : tuple.local.address.bytes()) choice = Mix64(choice ^ std::to_integer<std::uint64_t>(byte));
  }
  const IpAddress& server = servers_[choice % servers_.size()];
  translated_.insert({tuple.local, {server, tuple.remote.port}});
  return chosen_.insert_or_assign(tuple, server).first->second;
}

void LoadBalancer::Process(PacketPtr packet, Direction direction) {
  const FourTuple tuple = FlowOf(*packet, direction);
  if (direction == Direction::kThere && packet->destination == virtual_address_) {
    packet->destination = Choose(tuple, *packet);
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
