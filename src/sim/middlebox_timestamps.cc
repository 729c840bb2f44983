// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_timestamps.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> TimestampMangler::Make(BoxParameters& parameters) {
  const auto mode = static_cast<Mode>(parameters.Choice("mode", {"shift", "forget-echo", "freeze", "random"}, 0));
  return std::make_unique<TimestampMangler>(mode, parameters.Ways());
}

std::uint32_t TimestampMangler::Mangle(Side& side, std::uint32_t value) {
  if (!side.first) side.first = value;
  if (!side.shift) side.shift = static_cast<std::uint32_t>(random().Next());
  switch (mode_) {
    case Mode::kShift:
    case Mode::kForgetEcho: return value + *side.shift;
    case Mode::kFreeze: return *side.first;
    case Mode::kRandom: return static_cast<std::uint32_t>(random().Next());
  }
  return value;
}

void TimestampMangler::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  const auto option = segment.Find(wire::kKindTimestamps);
  if (option.size() != 10) return Pass(std::move(packet), direction);
  PerDirection<Side>& flow = flows_[FlowOf(*packet, direction)];
  std::byte* const value = option.data() + 2;
  std::byte* const echo = option.data() + 6;
  const std::uint64_t before = Load64(value);
  if (directions_.Has(direction)) Store32(value, Mangle(flow[direction], Load32(value)));
  const auto& shift_of_echo = flow[Opposite(direction)].shift;
  if (mode_ == Mode::kShift && shift_of_echo && segment.Has(wire::kFlagAck)) Store32(echo, Load32(echo) - *shift_of_echo);
  if (Load64(value) != before) {
    segment.Seal();
    NoteChange(*packet, direction);
  }
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
