// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_flags.h"

#include <algorithm>
#include <vector>

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {
namespace {

// Byte 3 of a DSS: three reserved bits, then F m M a A (RFC 8684 3.3).
constexpr std::uint8_t kDssFlags = 0x1f;

}  // namespace

std::unique_ptr<Middlebox> FlagNormaliser::Make(BoxParameters& parameters) {
  FlagOptions options;
  options.clear = static_cast<std::uint8_t>(parameters.Number("clear", options.clear, 0, 255));
  options.flip = static_cast<std::uint8_t>(parameters.Number("flip", options.flip, 0, 255));
  options.zero_reserved = parameters.Flag("reserved", true);
  options.directions = parameters.Ways();
  return std::make_unique<FlagNormaliser>(options);
}

void FlagNormaliser::RewriteCapable(std::span<std::byte> option) {
  std::uint8_t flags = static_cast<std::uint8_t>(Load8(option.data() + 3) & ~options_.clear);
  if (flip_now_) flags ^= options_.flip;
  flip_now_ = !flip_now_;
  Store8(option.data() + 3, flags);
}

void FlagNormaliser::Process(PacketPtr packet, Direction direction) {
  if (!options_.directions.Has(direction)) return Pass(std::move(packet), direction);
  SegmentEdit segment(*packet);
  const auto header = packet->segment().first(segment.header_length());
  const std::vector<std::byte> before(header.begin(), header.end());
  ForEachOption(segment.options(), [this](std::span<std::byte> option) {
    if (option.size() < 4) return;
    if (IsMptcp(option, wire::MptcpSubtype::kCapable)) RewriteCapable(option);
    if (options_.zero_reserved && IsMptcp(option, wire::MptcpSubtype::kDss)) option[3] &= std::byte{kDssFlags};
  });
  if (options_.zero_reserved) packet->buffer[12] &= std::byte{0xf0};
  if (!std::ranges::equal(before, header)) {
    segment.Seal();
    NoteChange(*packet, direction);
  }
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
