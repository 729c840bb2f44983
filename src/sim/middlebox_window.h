// SPDX-License-Identifier: Apache-2.0
// A box that keeps the advertised window below a limit, to pace senders without a queue of its own. It knows the scale of
// each side from the handshake. (A box that takes the window scale away altogether is the stripper with kind 3.)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class WindowClamp final : public Middlebox {
 public:
  // The windows that are advertised in `directions` are at most `limit` bytes.
  WindowClamp(std::uint32_t limit, Directions directions) : limit_(limit), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  using Scales = PerDirection<std::optional<std::uint8_t>>;  // as offered
  void Process(PacketPtr packet, Direction direction) override;

  std::uint32_t limit_;
  Directions directions_;
  std::map<FourTuple, Scales> flows_;
};

}  // namespace mptcpp::sim
