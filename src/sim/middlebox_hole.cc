// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_hole.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> HoleBlocker::Make(BoxParameters& parameters) {
  HoleOptions options;
  options.block_holes = parameters.Flag("block_holes", true);
  options.acks = static_cast<HoleOptions::Acks>(parameters.Choice("acks", {"pass", "drop", "correct"}, 1));
  return std::make_unique<HoleBlocker>(options);
}

void HoleBlocker::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  Flow& flow = flows_[FlowOf(*packet, direction)];
  SeenSpace& mine = flow[direction];
  if (options_.block_holes && segment.SequenceLength() > 0 && mine.HasHoleBefore(segment))
    return Drop(std::move(packet), direction);
  const SeenSpace& theirs = flow[Opposite(direction)];
  if (segment.Has(wire::kFlagAck) && theirs.has_begun() && segment.ack().After(theirs.next()) &&
      options_.acks != HoleOptions::Acks::kPass) {
    if (options_.acks == HoleOptions::Acks::kDrop) return Drop(std::move(packet), direction);
    segment.set_ack(theirs.next());
    segment.Seal();
    NoteChange(*packet, direction);
  }
  mine.Add(segment);
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
