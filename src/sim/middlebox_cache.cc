// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_cache.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> CachingNormaliser::Make(BoxParameters& parameters) {
  return std::make_unique<CachingNormaliser>(static_cast<std::uint32_t>(parameters.Number("resend_every", 0)));
}

std::size_t StreamMemory::Reconcile(SeqNum seq, std::span<std::byte> payload) {
  if (bytes_.empty()) {
    bytes_.resize(kSize);
    known_.resize(kSize);
  }
  if (!end_) end_ = seq;
  const SeqNum end = seq + static_cast<std::uint32_t>(payload.size());
  if (end.DistanceFrom(*end_) >= kSize && end.After(*end_)) known_.assign(kSize, false);
  for (; end.After(*end_); *end_ += 1) known_[end_->value() % kSize] = false;  // what stood there a mebibyte ago
  std::size_t different = 0;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const std::uint32_t place = (seq + static_cast<std::uint32_t>(i)).value() % kSize;
    if (end_->DistanceFrom(seq + static_cast<std::uint32_t>(i)) > kSize) continue;  // forgotten
    if (known_[place]) {
      different += bytes_[place] != payload[i];
      payload[i] = bytes_[place];
    }
    bytes_[place] = payload[i];
    known_[place] = true;
  }
  return different;
}

void CachingNormaliser::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  PerDirection<Side>& flow = flows_[FlowOf(*packet, direction)];
  if (segment.Has(wire::kFlagSyn)) flow[direction] = {};
  bool changed = segment.Has(wire::kFlagUrg) || segment.urgent() != 0;
  segment.set_flags(static_cast<std::uint8_t>(segment.flags() & ~wire::kFlagUrg));
  segment.set_urgent(0);
  if (segment.payload().empty() || segment.Has(wire::kFlagSyn)) {
    if (changed) segment.Seal();
    return Pass(std::move(packet), direction);
  }
  Side& side = flow[direction];
  const std::size_t different = side.memory.Reconcile(segment.seq(), segment.payload());
  inconsistent_bytes_ += different;
  if (changed || different > 0) {
    segment.Seal();
    NoteChange(*packet, direction);
  }
  PacketPtr old = std::move(side.last);
  side.last = pool().Copy(*packet);
  Pass(std::move(packet), direction);
  ++side.segments;
  if (resend_every_ != 0 && side.segments % resend_every_ == 0 && old) Inject(std::move(old), direction);
}

}  // namespace mptcpp::sim
