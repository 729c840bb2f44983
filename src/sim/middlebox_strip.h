// SPDX-License-Identifier: Apache-2.0
// The option stripper: takes options of some kinds (MPTCP's 30 by default) off some segments, or paints them over
// with NOPs or EOL. Which segments: phases of the flow, a direction, joins only, only after so many bytes or so much time (a
// route that changed), a random fraction.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/ip_address.h"
#include "base/seq_num.h"
#include "base/units.h"
#include "sim/middlebox.h"
#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {

class SegmentEdit;

enum class StripAction : std::uint8_t { kRemove, kNop, kEol };

struct StripPhases {
  bool syn = false;
  bool syn_ack = false;
  bool third_ack = false;  // the opener's segments without payload before anything else was exchanged
  bool data = false;       // everything later, pure ACKs included
};

struct StripOptions {
  StripPhases phases{};
  Directions directions{};
  StripAction action = StripAction::kRemove;
  std::vector<std::uint8_t> kinds{30};
  bool joins_only = false;  // only flows whose SYN carried MP_JOIN
  double probability = 1;   // per segment that qualifies
  Bytes after_bytes{};      // of payload in the flow, both directions together
  Duration after{};         // since the flow's first segment
};

class OptionStripper final : public Middlebox {
 public:
  explicit OptionStripper(StripOptions options) : options_(std::move(options)) {}
  // `defaults` is what the registry's name stands for.
  static std::unique_ptr<Middlebox> Make(BoxParameters& parameters, StripOptions defaults);

 private:
  struct Flow {
    Instant began;
    Bytes payload;
    Direction opener = Direction::kThere;
    std::optional<SeqNum> opener_isn, other_isn;
    bool is_join = false;
  };
  void Process(PacketPtr packet, Direction direction) override;
  static void Note(Flow& flow, const SegmentEdit& segment, Direction direction);
  bool Qualifies(const Flow& flow, const SegmentEdit& segment, Direction direction);
  bool PhaseQualifies(const Flow& flow, const SegmentEdit& segment, Direction direction) const;
  bool Strip(SegmentEdit& segment) const;

  StripOptions options_;
  std::map<FourTuple, Flow> flows_;
};

}  // namespace mptcpp::sim
