// SPDX-License-Identifier: Apache-2.0
// The firewall that follows sequence numbers closely: data behind a hole does not pass until the hole is filled, and an
// acknowledgment for data that it has never seen is dropped, or corrected to what it has seen.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "base/ip_address.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct HoleOptions {
  enum class Acks : std::uint8_t { kPass, kDrop, kCorrect };
  bool block_holes = true;
  Acks acks = Acks::kDrop;  // of data that was not seen
};

class HoleBlocker final : public Middlebox {
 public:
  explicit HoleBlocker(const HoleOptions& options) : options_(options) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters);

 private:
  using Flow = PerDirection<SeenSpace>;
  void Process(PacketPtr packet, Direction direction) override;

  HoleOptions options_;
  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
