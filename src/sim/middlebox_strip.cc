// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_strip.h"

#include <algorithm>

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> OptionStripper::Make(BoxParameters& parameters, StripOptions defaults) {
  StripOptions options = std::move(defaults);
  options.phases.syn = parameters.Flag("syn", options.phases.syn);
  options.phases.syn_ack = parameters.Flag("synack", options.phases.syn_ack);
  options.phases.third_ack = parameters.Flag("third_ack", options.phases.third_ack);
  options.phases.data = parameters.Flag("data", options.phases.data);
  options.directions = parameters.Ways("direction", options.directions);
  options.action =
      static_cast<StripAction>(parameters.Choice("action", {"remove", "nop", "eol"}, static_cast<std::size_t>(options.action)));
  options.joins_only = parameters.Flag("joins_only", options.joins_only);
  options.probability = parameters.Fraction("probability", options.probability);
  options.after_bytes = Bytes(parameters.Number("after_bytes", options.after_bytes.count()));
  options.after = parameters.Time("after", options.after);
  if (parameters.Has("kind")) options.kinds = {static_cast<std::uint8_t>(parameters.Number("kind", 30, 2, 255))};
  return std::make_unique<OptionStripper>(std::move(options));
}

void OptionStripper::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  Flow& flow = flows_.try_emplace(FlowOf(*packet, direction), Flow{.began = now()}).first->second;
  Note(flow, segment, direction);
  if (Qualifies(flow, segment, direction) && Strip(segment)) {
    segment.Seal();
    NoteChange(*packet, direction);
  }
  flow.payload += Bytes(static_cast<std::int64_t>(segment.payload().size()));
  Pass(std::move(packet), direction);
}

void OptionStripper::Note(Flow& flow, const SegmentEdit& segment, Direction direction) {
  if (segment.IsSyn()) {
    flow.opener = direction;
    flow.opener_isn = segment.seq();
    flow.is_join = segment.HasMptcp(wire::MptcpSubtype::kJoin);
  } else if (segment.IsSynAck()) {
    flow.other_isn = segment.seq();
  }
}

bool OptionStripper::PhaseQualifies(const Flow& flow, const SegmentEdit& segment, Direction direction) const {
  if (segment.IsSyn()) return options_.phases.syn;
  if (segment.IsSynAck()) return options_.phases.syn_ack;
  const bool is_third_ack = flow.opener_isn && flow.other_isn && direction == flow.opener && segment.SequenceLength() == 0 &&
                            segment.seq() == *flow.opener_isn + 1 && segment.ack() == *flow.other_isn + 1;
  return is_third_ack ? options_.phases.third_ack : options_.phases.data;
}

bool OptionStripper::Qualifies(const Flow& flow, const SegmentEdit& segment, Direction direction) {
  return options_.directions.Has(direction) && PhaseQualifies(flow, segment, direction) &&
         (flow.is_join || !options_.joins_only) && flow.payload >= options_.after_bytes && now() - flow.began >= options_.after &&
         random().Chance(options_.probability);
}

bool OptionStripper::Strip(SegmentEdit& segment) const {
  const auto hit = [this](std::span<const std::byte> option) {
    return std::ranges::find(options_.kinds, KindOf(option)) != options_.kinds.end();
  };
  if (options_.action == StripAction::kRemove) return segment.RemoveOptions(hit);
  const auto paint = static_cast<std::byte>(options_.action == StripAction::kNop ? wire::kKindNop : wire::kKindEol);
  bool any = false;
  ForEachOption(segment.options(), [&](std::span<std::byte> option) {
    if (!hit(option)) return;
    std::ranges::fill(option, paint);
    any = true;
  });
  return any;
}

}  // namespace mptcpp::sim
