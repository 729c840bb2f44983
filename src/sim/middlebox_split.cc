// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_split.h"

#include <algorithm>

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> Splitter::Make(BoxParameters& parameters) {
  const auto size = static_cast<std::size_t>(parameters.Number("size", 500, 1, 65535));
  const auto first = static_cast<std::size_t>(parameters.Number("first", 0, 0, 65535));
  const auto options = static_cast<SplitOptions>(parameters.Choice("options", {"copy", "mptcp-first", "first"}, 0));
  return std::make_unique<Splitter>(size, first, options, parameters.Ways());
}

void Splitter::Process(PacketPtr packet, Direction direction) {
  const std::size_t length = SegmentEdit(*packet).payload().size();
  if (!directions_.Has(direction) || length <= first_) return Pass(std::move(packet), direction);
  std::size_t from = 0;
  for (std::size_t piece = first_; from < length; piece = size_) {
    const std::size_t taken = std::min(piece, length - from);
    PacketPtr cut = Cut(*packet, from, taken);
    NoteChange(*cut, direction);
    Pass(std::move(cut), direction);
    from += taken;
  }
}

// PSH and FIN belong to the last byte, CWR and a SYN to the first.
PacketPtr Splitter::Cut(const Packet& whole, std::size_t from, std::size_t length) {
  PacketPtr piece = pool().Copy(whole);
  SegmentEdit segment(*piece);
  const bool is_first = from == 0, is_last = from + length == segment.payload().size();
  std::uint8_t flags = segment.flags();
  if (!is_first) {
    flags &= static_cast<std::uint8_t>(~(wire::kFlagCwr | wire::kFlagSyn));
    segment.set_seq(segment.seq() + static_cast<std::uint32_t>(from) + (segment.Has(wire::kFlagSyn) ? 1u : 0u));
    if (options_ == SplitOptions::kFirst) segment.SetOptions({});
    if (options_ == SplitOptions::kMptcpFirst) {
      segment.RemoveOptions([](std::span<const std::byte> option) { return KindOf(option) == wire::kMptcpKind; });
    }
  }
  if (!is_last) flags &= static_cast<std::uint8_t>(~(wire::kFlagPsh | wire::kFlagFin));
  segment.set_flags(flags);
  segment.SetPayload(segment.payload().subspan(from, length));
  segment.Seal();
  return piece;
}

}  // namespace mptcpp::sim
