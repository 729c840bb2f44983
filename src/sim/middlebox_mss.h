// SPDX-License-Identifier: Apache-2.0
// The MSS clamp of a tunnel's entrance: SYNs advertise at most what fits the tunnel.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class MssClamp final : public Middlebox {
 public:
  MssClamp(std::uint16_t mss, Directions directions) : mss_(mss), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;

  std::uint16_t mss_;
  Directions directions_;
};

}  // namespace mptcpp::sim
