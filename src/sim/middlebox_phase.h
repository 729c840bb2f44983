// SPDX-License-Identifier: Apache-2.0
// In which phase of a flow a box interferes. Any box can have such a gate in front: what it does not admit passes by the box
// unseen. So a stripper becomes one that strips the third ACK only, and a NAT one that a change of route puts into the path.
//
// A flow goes through its phases in order. "First data" lasts until both directions have carried some kilobytes, so that the path
// is proven in both (RFC 8684 3.7); "close" begins with the first segment that ends something: FIN, RST, DATA_FIN, MP_FASTCLOSE.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "base/ip_address.h"
#include "sim/middlebox_flow.h"

namespace mptcpp::sim {

class BoxParameters;

enum class Phase : std::uint8_t { kSyn, kSynAck, kThirdAck, kFirstData, kMidStream, kClose };
inline constexpr std::array<std::string_view, 6> kPhaseNames{"syn", "synack", "third-ack", "first-data", "mid-stream", "close"};

struct GateOptions {
  std::optional<Phase> phase;            // not given: all of them
  bool lasting = false;                  // from that phase on, not in it only
  enum class Flows : std::uint8_t { kAll, kFirst, kJoins } flows = Flows::kAll;  // begun with MP_JOIN or not
  std::uint64_t mid_stream = 15'000;     // bytes of each direction after which the middle begins
};

class PhaseGate {
 public:
  explicit PhaseGate(const GateOptions& options) : options_(options) {}
  // Reads `phase`, `lasting` and `flows`; nothing if none of them is given.
  static std::optional<GateOptions> Read(BoxParameters& parameters);
  // To be asked about every packet of the path, in order.
  bool Admits(Packet& packet, Direction direction);

 private:
  struct Flow {
    std::optional<SeqNum> isn;  // of its SYN
    bool is_join = false;
    PerDirection<std::uint64_t> payload{};
    Phase reached = Phase::kSyn;
  };
  Phase PhaseOf(Flow& flow, const SegmentEdit& segment) const;

  GateOptions options_;
  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
