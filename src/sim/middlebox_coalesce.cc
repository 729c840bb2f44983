// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_coalesce.h"

#include <algorithm>
#include <vector>

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {
namespace {

OptionList MptcpOptionsOf(const SegmentEdit& segment) {
  OptionList list;
  list.AddIf(segment.options(), [](std::span<const std::byte> option) { return KindOf(option) == wire::kMptcpKind; });
  return list;
}

}  // namespace

std::unique_ptr<Middlebox> Coalescer::Make(BoxParameters& parameters) {
  CoalesceOptions options;
  options.keep = static_cast<CoalesceOptions::Keep>(parameters.Choice("options", {"equal", "first", "last"}, 0));
  options.size = static_cast<std::size_t>(parameters.Number("size", 2920, 1, 60000));
  options.hold = parameters.Time("hold", options.hold);
  options.directions = parameters.Ways();
  return std::make_unique<Coalescer>(options);
}

// What is special (SYN, FIN, RST, URG) is not held and not merged.
bool Coalescer::CanHold(Packet& packet) const {
  const SegmentEdit segment(packet);
  constexpr std::uint8_t kPlain = wire::kFlagAck | wire::kFlagPsh;
  return (segment.flags() & ~kPlain) == 0 && !segment.payload().empty() && segment.payload().size() < options_.size;
}

void Coalescer::Process(PacketPtr packet, Direction direction) {
  if (!options_.directions.Has(direction)) return Pass(std::move(packet), direction);
  const Key key{FlowOf(*packet, direction), direction};
  const auto found = held_.find(key);
  if (found != held_.end()) {
    if (Merge(*found->second.packet, *packet, direction)) return;
    Release(found->second, direction);
    held_.erase(found);
  }
  if (!CanHold(*packet)) return Pass(std::move(packet), direction);
  held_.emplace(key, Held{.packet = std::move(packet), .until = now() + options_.hold});
}

bool Coalescer::Merge(Packet& held, Packet& next, Direction direction) {
  SegmentEdit first(held), second(next);
  if (!CanHold(next) || first.End() != second.seq() || held.ecn != next.ecn) return false;
  if (first.payload().size() + second.payload().size() > options_.size) return false;
  const bool equal = std::ranges::equal(MptcpOptionsOf(first).bytes(), MptcpOptionsOf(second).bytes());
  if (options_.keep == CoalesceOptions::Keep::kEqual && !equal) return false;
  std::vector<std::byte> payload(first.payload().begin(), first.payload().end());
  payload.insert(payload.end(), second.payload().begin(), second.payload().end());
  if (options_.keep == CoalesceOptions::Keep::kLast) first.SetOptions(second.options());
  first.SetPayload(payload);
  first.set_ack(second.ack());
  first.set_window(second.window());
  first.set_flags(static_cast<std::uint8_t>(first.flags() | second.flags()));
  first.Seal();
  NoteChange(held, direction);
  return true;
}

void Coalescer::Release(Held& held, Direction direction) { Pass(std::move(held.packet), direction); }

Instant Coalescer::NextDeadline() const {
  Instant deadline = Instant::Infinite();
  for (const auto& [key, held] : held_) deadline = Sooner(deadline, held.until);
  return deadline;
}

void Coalescer::OnDeadline() {
  for (auto it = held_.begin(); it != held_.end();) {
    if (it->second.until > now()) {
      ++it;
      continue;
    }
    Release(it->second, it->first.second);
    it = held_.erase(it);
  }
}

}  // namespace mptcpp::sim
