// SPDX-License-Identifier: Apache-2.0
// Somebody on the path who ends flows that are not his: a forged RST or FIN follows a genuine segment, with the
// exact next sequence number, with one inside the window, or with one far outside (RFC 5961 3: only the first may end a flow).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>

#include "base/ip_address.h"
#include "base/units.h"
#include "sim/middlebox.h"
#include "sim/middlebox_flow.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

struct InjectOptions {
  enum class Place : std::uint8_t { kExact, kInWindow, kOutOfWindow };
  bool fin = false;  // else RST
  Place place = Place::kExact;
  Directions directions{.there = true, .back = false};  // towards whom
  Bytes after_bytes = Bytes(1);                         // of payload in the flow, both directions together
  Duration after{};                                     // since the flow's first segment
  std::uint32_t flows = UINT32_MAX;                     // so many flows are hit, the earliest first
};

class Injector final : public Middlebox {
 public:
  explicit Injector(const InjectOptions& options) : options_(options) {}
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters, bool fin);

 private:
  struct Flow {
    Instant began;
    std::uint32_t number = 0;
    Bytes payload;
    PerDirection<SeenSpace> seen;
    PerDirection<bool> done;
  };
  void Process(PacketPtr packet, Direction direction) override;
  PacketPtr Forge(const SegmentEdit& genuine, SeqNum next);

  InjectOptions options_;
  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
