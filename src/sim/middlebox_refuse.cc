// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_refuse.h"

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> SynRefuser::Make(BoxParameters& parameters, bool answer_reset) {
  RefuseOptions options;
  options.what = static_cast<RefuseOptions::What>(parameters.Choice("what", {"any", "capable", "join"}, 0));
  options.answer_reset = answer_reset;
  options.syn_acks = parameters.Flag("synack", false);
  options.directions = parameters.Ways();
  return std::make_unique<SynRefuser>(options);
}

bool SynRefuser::Refuses(const SegmentEdit& segment) const {
  if (!segment.Has(wire::kFlagSyn) || (segment.Has(wire::kFlagAck) && !options_.syn_acks)) return false;
  switch (options_.what) {
    case RefuseOptions::What::kAny: return !segment.Find(wire::kMptcpKind).empty();
    case RefuseOptions::What::kCapable: return segment.HasMptcp(wire::MptcpSubtype::kCapable);
    case RefuseOptions::What::kJoin: return segment.HasMptcp(wire::MptcpSubtype::kJoin);
  }
  return false;
}

void SynRefuser::Process(PacketPtr packet, Direction direction) {
  const SegmentEdit segment(*packet);
  if (!options_.directions.Has(direction) || !Refuses(segment)) return Pass(std::move(packet), direction);
  if (options_.answer_reset) {
    // As a host without a listener answers (RFC 9293 3.5.2).
    const bool has_ack = segment.Has(wire::kFlagAck);
    const wire::HeaderFields fields{.source_port = segment.destination_port(),
                                    .destination_port = segment.source_port(),
                                    .seq = has_ack ? segment.ack() : SeqNum(0),
                                    .ack = has_ack ? SeqNum(0) : segment.End(),
                                    .flags = {.rst = true, .ack = !has_ack}};
    Inject(MakeSegment(pool(), packet->destination, packet->source, fields), Opposite(direction));
  }
  Drop(std::move(packet), direction);
}

}  // namespace mptcpp::sim
