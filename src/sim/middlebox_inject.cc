// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_inject.h"

namespace mptcpp::sim {
namespace {

constexpr std::uint32_t kInside = 100;  // into any window that is worth the name
constexpr std::uint32_t kFarOutside = 1u << 30;

}  // namespace

std::unique_ptr<Middlebox> Injector::Make(BoxParameters& parameters, bool fin) {
  InjectOptions options;
  options.fin = fin;
  options.place = static_cast<InjectOptions::Place>(parameters.Choice("seq", {"exact", "in-window", "out-of-window"}, 0));
  options.directions = parameters.Ways("direction", options.directions);
  options.after_bytes = Bytes(parameters.Number("after_bytes", 1));
  options.after = parameters.Time("after", {});
  options.flows = static_cast<std::uint32_t>(parameters.Number("flows", INT32_MAX));
  return std::make_unique<Injector>(options);
}

void Injector::Process(PacketPtr packet, Direction direction) {
  const SegmentEdit segment(*packet);
  const auto number = static_cast<std::uint32_t>(flows_.size());
  Flow& flow = flows_.try_emplace(FlowOf(*packet, direction), Flow{.began = now(), .number = number}).first->second;
  flow.seen[direction].Add(segment);
  flow.payload += Bytes(static_cast<std::int64_t>(segment.payload().size()));
  const bool now_is_the_time = options_.directions.Has(direction) && !flow.done[direction] && flow.number < options_.flows &&
                               segment.Has(wire::kFlagAck) && !segment.Has(wire::kFlagSyn) && flow.seen[direction].has_begun() &&
                               flow.payload >= options_.after_bytes && now() - flow.began >= options_.after;
  PacketPtr forged;
  if (now_is_the_time) {
    flow.done[direction] = true;
    forged = Forge(segment, flow.seen[direction].next());
  }
  Pass(std::move(packet), direction);
  if (forged) Inject(std::move(forged), direction);
}

PacketPtr Injector::Forge(const SegmentEdit& genuine, SeqNum next) {
  using enum InjectOptions::Place;
  const std::uint32_t distance = options_.place == kExact ? 0 : options_.place == kInWindow ? kInside : kFarOutside;
  const wire::HeaderFields fields{.source_port = genuine.source_port(),
                                  .destination_port = genuine.destination_port(),
                                  .seq = next + distance,
                                  .ack = options_.fin ? genuine.ack() : SeqNum(0),
                                  .flags = {.fin = options_.fin, .rst = !options_.fin, .ack = options_.fin},
                                  .window = options_.fin ? genuine.window() : std::uint16_t{0}};
  return MakeSegment(pool(), genuine.source().address, genuine.destination().address, fields);
}

}  // namespace mptcpp::sim
