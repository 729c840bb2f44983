// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_nat.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> Nat::Make(BoxParameters& parameters) {
  NatOptions options;
  options.outside = parameters.Address("outside");
  options.timeout = parameters.Time("timeout", options.timeout);
  options.restart_every = parameters.Time("restart_every", {});
  return std::make_unique<Nat>(options);
}

void Nat::Restart() {
  inside_.clear();
  outside_.clear();
}

void Nat::Process(PacketPtr packet, Direction direction) {
  Expire();
  direction == Direction::kThere ? Outbound(std::move(packet)) : Inbound(std::move(packet));
}

void Nat::Expire() {
  if (!options_.restart_every.IsZero()) {
    if (restart_at_ == Instant()) restart_at_ = now() + options_.restart_every;
    if (now() >= restart_at_) {
      Restart();
      restart_at_ = now() + options_.restart_every;
    }
  }
  std::erase_if(inside_, [&](const auto& entry) {
    const auto& [tuple, mapping] = entry;
    if (now() - mapping.last_used < options_.timeout) return false;
    outside_.erase({mapping.port, tuple.remote});
    return true;
  });
}

// Counts up through the range, so that a port is not given again soon.
std::optional<std::uint16_t> Nat::FreePort(const SocketAddress& remote) {
  const int ports = options_.last_port - options_.first_port + 1;
  for (int tries = 0; tries < ports; ++tries) {
    const std::uint16_t port = next_port_;
    next_port_ = port == options_.last_port ? options_.first_port : static_cast<std::uint16_t>(port + 1);
    if (!outside_.contains({port, remote})) return port;
  }
  return std::nullopt;
}

void Nat::Outbound(PacketPtr packet) {
  const FourTuple flow = FlowOf(*packet, Direction::kThere);
  auto found = inside_.find(flow);
  if (found == inside_.end()) {
    const auto port = FreePort(flow.remote);
    if (!port) return Drop(std::move(packet), Direction::kThere);
    found = inside_.emplace(flow, Mapping{.port = *port}).first;
    outside_.emplace(OutsideKey{*port, flow.remote}, flow);
  }
  found->second.last_used = now();
  SegmentEdit segment(*packet);
  packet->source = options_.outside;
  segment.set_source_port(found->second.port);
  segment.Seal();
  NoteChange(*packet, Direction::kThere);
  Pass(std::move(packet), Direction::kThere);
}

void Nat::Inbound(PacketPtr packet) {
  SegmentEdit segment(*packet);
  const auto found =
      packet->destination == options_.outside ? outside_.find({segment.destination_port(), segment.source()}) : outside_.end();
  if (found == outside_.end()) return Drop(std::move(packet), Direction::kBack);
  const FourTuple& flow = found->second;
  inside_[flow].last_used = now();
  packet->destination = flow.local.address;
  segment.set_destination_port(flow.local.port);
  segment.Seal();
  NoteChange(*packet, Direction::kBack);
  Pass(std::move(packet), Direction::kBack);
}

}  // namespace mptcpp::sim
