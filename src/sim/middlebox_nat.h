// SPDX-License-Identifier: Apache-2.0
// Network address and port translation: everybody on the `from` side shares one outside address and gets a port of it per
// pair of sockets. What comes in without a mapping is dropped. Mappings die of idleness, or all at once when the box restarts;
// a flow that goes on then gets a new port, which its peer has never heard of.
// The outside address belongs in PathOptions::from.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct NatOptions {
  IpAddress outside{};
  std::uint16_t first_port = 20000;
  std::uint16_t last_port = 29999;
  Duration timeout = Duration::Seconds(7440);  // RFC 5382 REQ-5: at least 2 hours 4 minutes; real ones are often far below
  Duration restart_every{};                    // all mappings are forgotten; Zero: never
};

class Nat final : public Middlebox {
 public:
  explicit Nat(const NatOptions& options) : options_(options), next_port_(options.first_port) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);
  // Forgets all mappings.
  void Restart();
  std::size_t mapping_count() const { return outside_.size(); }

 private:
  struct Mapping {
    std::uint16_t port = 0;
    Instant last_used;
  };
  using OutsideKey =
      std::pair<std::uint16_t, SocketAddress>;  // our port and the peer: RFC 5382's address and port dependent filter
  void Process(PacketPtr packet, Direction direction) override;
  void Outbound(PacketPtr packet);
  void Inbound(PacketPtr packet);
  void Expire();
  std::optional<std::uint16_t> FreePort(const SocketAddress& remote);

  NatOptions options_;
  std::uint16_t next_port_;
  Instant restart_at_;
  std::map<FourTuple, Mapping> inside_;
  std::map<OutsideKey, FourTuple> outside_;
};

}  // namespace mptcpp::sim
