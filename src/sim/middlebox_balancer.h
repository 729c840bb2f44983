// SPDX-License-Identifier: Apache-2.0
// The layer 4 load balancer: connections to one virtual address are spread over the real servers behind it, by a hash of
// the sockets or one after the other; an MP_JOIN to the virtual address may so meet a server that has never heard of the
// connection. With the policy `token` it sends joins to the server whose part of the tokens theirs lies in (mptcpp/token_shard.h),
// and all else by hash. What goes to a real address directly is left alone. The virtual and the real addresses belong in
// PathOptions::to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class LoadBalancer final : public Middlebox {
 public:
  enum class Policy : std::uint8_t { kHash, kRoundRobin, kToken };
  LoadBalancer(const IpAddress& virtual_address, std::vector<IpAddress> servers, Policy policy)
      : virtual_address_(virtual_address), servers_(std::move(servers)), policy_(policy) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;
  const IpAddress& Choose(const FourTuple& tuple, Packet& packet);
  std::optional<std::uint64_t> ShardOfJoin(Packet& packet) const;

  IpAddress virtual_address_;
  std::vector<IpAddress> servers_;
  Policy policy_;
  std::size_t next_ = 0;
  std::map<FourTuple, IpAddress> chosen_;  // client and virtual socket
  std::set<FourTuple> translated_;         // client and real socket: what comes from there gets the virtual address back
};

}  // namespace mptcpp::sim
