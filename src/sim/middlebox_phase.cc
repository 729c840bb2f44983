// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_phase.h"

#include <algorithm>

#include "sim/middlebox_parameters.h"

namespace mptcpp::sim {
namespace {

// Byte 3 of a DSS: F, the DATA_FIN (RFC 8684 3.3).
constexpr std::byte kDataFin{0x10};

bool EndsTheStream(const SegmentEdit& segment) {
  if (segment.Has(wire::kFlagFin | wire::kFlagRst) || segment.HasMptcp(wire::MptcpSubtype::kFastclose)) return true;
  bool data_fin = false;
  ForEachOption(segment.options(), [&](std::span<const std::byte> option) {
    data_fin |= IsMptcp(option, wire::MptcpSubtype::kDss) && option.size() >= 4 && (option[3] & kDataFin) != std::byte{};
  });
  return data_fin;
}

}  // namespace

std::optional<GateOptions> PhaseGate::Read(BoxParameters& parameters) {
  GateOptions options;
  const bool has_phase = parameters.Has("phase");
  const auto phase =
      parameters.Choice("phase", {"syn", "synack", "third-ack", "first-data", "mid-stream", "close"}, 0);
  if (has_phase) options.phase = static_cast<Phase>(phase);
  options.lasting = parameters.Flag("lasting", false);
  options.flows = static_cast<GateOptions::Flows>(parameters.Choice("only", {"all", "first", "joins"}, 0));
  if (!has_phase && options.flows == GateOptions::Flows::kAll) return std::nullopt;
  return options;
}

bool PhaseGate::Admits(Packet& packet, Direction direction) {
  const SegmentEdit segment(packet);
  const FourTuple tuple = FlowOf(packet, direction);
  if (segment.IsSyn()) {
    Flow& flow = flows_[tuple];
    if (flow.isn != segment.seq()) flow = {.isn = segment.seq(), .is_join = segment.HasMptcp(wire::MptcpSubtype::kJoin)};
  }
  const auto found = flows_.find(tuple);
  if (found == flows_.end()) return true;  // begun elsewhere, or under a name that the box gave it
  Flow& flow = found->second;
  const Phase phase = PhaseOf(flow, segment);
  flow.payload[direction] += segment.payload().size();
  if (options_.flows == GateOptions::Flows::kFirst && flow.is_join) return false;
  if (options_.flows == GateOptions::Flows::kJoins && !flow.is_join) return false;
  if (!options_.phase) return true;
  return options_.lasting ? flow.reached >= *options_.phase : phase == *options_.phase;
}

Phase PhaseGate::PhaseOf(Flow& flow, const SegmentEdit& segment) const {
  if (segment.IsSyn()) return Phase::kSyn;
  Phase phase = flow.reached;
  if (segment.IsSynAck()) {
    phase = Phase::kSynAck;
  } else if (EndsTheStream(segment)) {
    phase = Phase::kClose;
  } else if (phase < Phase::kFirstData) {
    phase = segment.payload().empty() ? Phase::kThirdAck : Phase::kFirstData;
  } else if (std::min(flow.payload[Direction::kThere], flow.payload[Direction::kBack]) >= options_.mid_stream) {
    phase = std::max(phase, Phase::kMidStream);
  }
  flow.reached = std::max(flow.reached, phase);
  return phase;
}

}  // namespace mptcpp::sim
