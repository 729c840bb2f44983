// SPDX-License-Identifier: Apache-2.0
// Two boxes that drop by size: the path MTU black hole, which swallows large packets and tells nobody, and the policer, which
// lets through so many bytes per second and a burst, and queues nothing.
#pragma once

#include <cstddef>
#include <memory>

#include "base/units.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class SizeBlackHole final : public Middlebox {
 public:
  // Swallows IP packets longer than `bytes`.
  SizeBlackHole(std::size_t bytes, Directions directions) : bytes_(bytes), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;

  std::size_t bytes_;
  Directions directions_;
};

class Policer final : public Middlebox {
 public:
  // A token bucket over both directions that it polices, full at the start.
  Policer(Rate rate, Bytes burst, Directions directions)
      : rate_(rate), burst_(burst), directions_(directions), tokens_(static_cast<double>(burst.count())) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  void Process(PacketPtr packet, Direction direction) override;

  Rate rate_;
  Bytes burst_;
  Directions directions_;
  double tokens_;  // bytes
  Instant filled_;
};

}  // namespace mptcpp::sim
