// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_mirror.h"

#include <algorithm>
#include <vector>

namespace mptcpp::sim {

std::unique_ptr<Middlebox> OptionMirror::Make(BoxParameters& parameters) {
  const auto where = static_cast<Where>(parameters.Choice("where", {"everywhere", "synack", "data"}, 0));
  return std::make_unique<OptionMirror>(where, parameters.Ways("direction", {.there = false, .back = true}));
}

bool OptionMirror::Mirrors(const SegmentEdit& segment) const {
  switch (where_) {
    case Where::kEverywhere: return true;
    case Where::kSynAck: return segment.IsSynAck();
    case Where::kData: return !segment.Has(wire::kFlagSyn);
  }
  return false;
}

// An option that no longer fits is left out, as the box would.
bool OptionMirror::Replace(SegmentEdit& segment, const OptionList& mirrored) {
  const std::vector<std::byte> before(segment.options().begin(), segment.options().end());
  OptionList options;
  options.AddIf(segment.options(), [](std::span<const std::byte> option) { return KindOf(option) != wire::kMptcpKind; });
  options.Add(mirrored.bytes());
  segment.SetOptions(options.bytes());
  return !std::ranges::equal(before, segment.options());
}

void OptionMirror::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  PerDirection<OptionList>& seen = seen_[FlowOf(*packet, direction)];
  OptionList mine;
  mine.AddIf(segment.options(), [](std::span<const std::byte> option) { return KindOf(option) == wire::kMptcpKind; });
  const OptionList& theirs = seen[Opposite(direction)];
  const bool mirrors = directions_.Has(direction) && Mirrors(segment) && !theirs.bytes().empty();
  if (mirrors && Replace(segment, theirs)) {
    segment.Seal();
    NoteChange(*packet, direction);
  }
  if (!mine.bytes().empty()) seen[direction] = mine;
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
