// SPDX-License-Identifier: Apache-2.0
// The timestamp mangler. (A box that takes timestamps out altogether is the stripper with kind 8.) It hides the sender's
// clock by adding a number of its own per flow and direction; a careless one forgets to take it off the echo, and a broken one
// always shows the same time.
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

class TimestampMangler final : public Middlebox {
 public:
  enum class Mode : std::uint8_t {
    kShift,       // TSval shifted, its echo shifted back
    kForgetEcho,  // TSval shifted, the echo left as it is
    kFreeze,      // every TSval is the first one
    kRandom,      // TSval is noise: PAWS drops half of what follows
  };
  TimestampMangler(Mode mode, Directions directions) : mode_(mode), directions_(directions) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  struct Side {
    std::optional<std::uint32_t> shift;
    std::optional<std::uint32_t> first;
  };
  void Process(PacketPtr packet, Direction direction) override;
  std::uint32_t Mangle(Side& side, std::uint32_t value);

  Mode mode_;
  Directions directions_;  // of the TSval that is mangled
  std::map<FourTuple, PerDirection<Side>> flows_;
};

}  // namespace mptcpp::sim
