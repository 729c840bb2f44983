// SPDX-License-Identifier: Apache-2.0
// A stretch with several legs of equal cost (ECMP, RFC 2992): a router sends each flow over the one that a hash of its sockets
// chooses, so subflows that differ in a port only may go different ways. Each leg takes `step` longer than the one before; one may
// be dead.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class EqualCostLegs final : public Middlebox {
 public:
  // Legs are numbered from 1; dead leg 0: all work.
  EqualCostLegs(std::uint64_t legs, Duration step, std::uint64_t dead_leg) : legs_(legs), step_(step), dead_leg_(dead_leg) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;

  std::uint64_t legs_;
  Duration step_;
  std::uint64_t dead_leg_;
};

}  // namespace mptcpp::sim
