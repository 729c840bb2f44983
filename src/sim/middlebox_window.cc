// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_window.h"

#include <algorithm>

namespace mptcpp::sim {

std::unique_ptr<Middlebox> WindowClamp::Make(BoxParameters& parameters) {
  const auto limit = static_cast<std::uint32_t>(parameters.Number("bytes", 4096));
  return std::make_unique<WindowClamp>(limit, parameters.Ways());
}

void WindowClamp::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  Scales& scales = flows_[FlowOf(*packet, direction)];
  const bool is_syn = segment.Has(wire::kFlagSyn);
  if (is_syn) {
    const auto option = segment.Find(wire::kKindWindowScale);
    scales[direction] = option.size() == 3 ? std::optional(std::min<std::uint8_t>(Load8(option.data() + 2), 14)) : std::nullopt;
  }
  // Used only if both offered it, and not in a SYN (RFC 7323 2.2).
  const bool scaled = !is_syn && scales[Direction::kThere] && scales[Direction::kBack];
  const std::uint32_t most = limit_ >> (scaled ? *scales[direction] : 0);
  if (directions_.Has(direction) && segment.window() > most) {
    segment.set_window(static_cast<std::uint16_t>(most));
    segment.Seal();
    NoteChange(*packet, direction);
  }
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
