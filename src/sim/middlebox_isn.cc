// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_isn.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> IsnRewriter::Make(BoxParameters& parameters) {
  return std::make_unique<IsnRewriter>(parameters.Flag("adjust_sack", true));
}

void ShiftSegment(SegmentEdit& segment, SegmentShift shift, bool adjust_sack) {
  segment.set_seq(segment.seq() + shift.seq);
  if (segment.Has(wire::kFlagAck)) segment.set_ack(segment.ack() - shift.ack);
  if (!adjust_sack) return;
  const auto sack = segment.Find(wire::kKindSack);
  for (std::size_t at = 2; at + 4 <= sack.size(); at += 4) Store32(sack.data() + at, Load32(sack.data() + at) - shift.ack);
}

void IsnRewriter::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  const FourTuple flow = FlowOf(*packet, direction);
  auto found = flows_.find(flow);
  if (found == flows_.end() && segment.IsSyn()) {
    const std::uint64_t drawn = random().Next();
    found = flows_.emplace(flow, Offsets{static_cast<std::uint32_t>(drawn), static_cast<std::uint32_t>(drawn >> 32)}).first;
  }
  if (found != flows_.end()) {
    const auto [there, back] = found->second;
    const bool is_there = direction == Direction::kThere;
    ShiftSegment(segment, is_there ? SegmentShift{there, back} : SegmentShift{back, there}, adjust_sack_);
    segment.Seal();
    NoteChange(*packet, direction);
  }
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
