// SPDX-License-Identifier: Apache-2.0
#include "scenarios/edits.h"

#include "base/endian.h"

namespace mptcpp::scenarios {
namespace {

bool IsAt(const sim::SegmentEdit& segment, At at) {
  switch (at) {
    case At::kSyn: return segment.IsSyn();
    case At::kSynAck: return segment.IsSynAck();
    case At::kOther: return !segment.Has(wire::kFlagSyn);
    case At::kAny: break;
  }
  return true;
}

template <typename Change>
Edit EditOption(wire::MptcpSubtype subtype, At at, std::size_t offset, Change change) {
  return [=](sim::SegmentEdit& segment) {
    bool done = false;
    if (!IsAt(segment, at)) return done;
    sim::ForEachOption(segment.options(), [&](std::span<std::byte> option) {
      if (!sim::IsMptcp(option, subtype) || offset >= option.size()) return;
      option[offset] = change(option[offset]);
      done = true;
    });
    return done;
  };
}

}  // namespace

Edit FlipBit(wire::MptcpSubtype subtype, At at, std::size_t offset) {
  return EditOption(subtype, at, offset, [](std::byte byte) { return byte ^ std::byte{0x10}; });
}

Edit SetByte(wire::MptcpSubtype subtype, At at, std::size_t offset, std::uint8_t value) {
  return EditOption(subtype, at, offset, [value](std::byte) { return static_cast<std::byte>(value); });
}

Edit RemoveMptcp(At at) {
  return [at](sim::SegmentEdit& segment) {
    return IsAt(segment, at) && segment.RemoveOptions([](std::span<const std::byte> option) { return sim::KindOf(option) == wire::kMptcpKind; });
  };
}

Edit ChangePayload() {
  return [](sim::SegmentEdit& segment) {
    const auto payload = segment.payload();
    if (payload.empty()) return false;
    payload[0] ^= std::byte{0x20};  // a small letter becomes a capital one
    return true;
  };
}

Edit MoveSequence(std::int32_t by, std::uint8_t flag) {
  return [=](sim::SegmentEdit& segment) {
    if (!segment.Has(flag)) return false;
    segment.set_seq(segment.seq() + static_cast<std::uint32_t>(by));
    return true;
  };
}

}  // namespace mptcpp::scenarios
