// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_proxy.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> AckingProxy::Make(BoxParameters& parameters) {
  ProxyOptions options;
  options.lose = parameters.Fraction("lose", 0);
  if (parameters.Has("lose_at")) options.lose_at = static_cast<std::uint32_t>(parameters.Number("lose_at", 0));
  options.after_bytes = static_cast<std::uint64_t>(parameters.Number("after_bytes", 0));
  options.directions = parameters.Ways();
  return std::make_unique<AckingProxy>(options);
}

void AckingProxy::Observe(Side& side, const SegmentEdit& segment) {
  side.seen.Add(segment);
  if (segment.Has(wire::kFlagSyn)) side.first_byte = segment.seq() + 1;
  side.bytes += segment.payload().size();
  side.window = segment.window();
  if (segment.Has(wire::kFlagFin)) side.fin = segment.End() - 1;
  const auto option = segment.Find(wire::kKindTimestamps);
  if (option.size() == 10) side.timestamp = Load32(option.data() + 2);
}

bool AckingProxy::Loses(const Side& side, const SegmentEdit& segment) {
  if (options_.lose_at && side.first_byte) {
    const SeqNum victim = *side.first_byte + *options_.lose_at;
    if (victim.InWindow(segment.seq(), static_cast<std::uint32_t>(segment.payload().size()))) return true;
  }
  return random().Chance(options_.lose);
}

void AckingProxy::Process(PacketPtr packet, Direction direction) {
  const SegmentEdit segment(*packet);
  Flow& flow = flows_[FlowOf(*packet, direction)];
  Observe(flow[direction], segment);
  const bool is_data = !segment.payload().empty() && segment.Has(wire::kFlagAck) && !segment.Has(wire::kFlagSyn);
  if (!is_data || !options_.directions.Has(direction) || flow[direction].bytes <= options_.after_bytes)
    return Pass(std::move(packet), direction);
  Acknowledge(flow, segment, direction);
  if (Loses(flow[direction], segment)) return Drop(std::move(packet), direction);
  Pass(std::move(packet), direction);
}

// In the receiver's name, with its last window and timestamp. A FIN is left to the receiver.
void AckingProxy::Acknowledge(const Flow& flow, const SegmentEdit& segment, Direction direction) {
  const Side& sender = flow[direction];
  const Side& receiver = flow[Opposite(direction)];
  if (sender.seen.HasHoleBefore(segment)) return;
  SeqNum acknowledged = sender.seen.next();
  if (sender.fin && acknowledged.After(*sender.fin)) acknowledged = *sender.fin;
  OptionList options;
  const auto theirs = segment.Find(wire::kKindTimestamps);
  if (theirs.size() == 10 && receiver.timestamp) {
    std::array<std::byte, 10> mine{};
    wire::WriteTimestamps(mine, {.value = *receiver.timestamp, .echo_reply = Load32(theirs.data() + 2)});
    options.Add(mine);
  }
  const wire::HeaderFields fields{.source_port = segment.destination_port(),
                                  .destination_port = segment.source_port(),
                                  .seq = receiver.seen.has_begun() ? receiver.seen.next() : segment.ack(),
                                  .ack = acknowledged,
                                  .flags = {.ack = true},
                                  .window = receiver.window};
  Inject(MakeSegment(pool(), segment.destination().address, segment.source().address, fields, options.bytes()),
         Opposite(direction));
}

}  // namespace mptcpp::sim
