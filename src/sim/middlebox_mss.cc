// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_mss.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> MssClamp::Make(BoxParameters& parameters) {
  const auto mss = static_cast<std::uint16_t>(parameters.Number("mss", 1420, 1, 65535));
  return std::make_unique<MssClamp>(mss, parameters.Ways());
}

void MssClamp::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  if (segment.Has(wire::kFlagSyn) && directions_.Has(direction)) {
    const auto option = segment.Find(wire::kKindMss);
    if (option.size() == 4 && Load16(option.data() + 2) > mss_) {
      Store16(option.data() + 2, mss_);
      segment.Seal();
      NoteChange(*packet, direction);
    }
  }
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
