// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_syn_proxy.h"

#include "sim/middlebox_isn.h"
#include "sim/middlebox_segment.h"

namespace mptcpp::sim {
namespace {

constexpr std::uint16_t kMss = 1460;
constexpr std::uint16_t kWindow = 65535;
constexpr Duration kSynInterval = Duration::Seconds(1);

OptionList SynOptions(std::uint16_t mss, bool sack) {
  OptionList options;
  std::array<std::byte, 4> bytes{};
  options.Add(std::span(bytes).first(wire::WriteMss(bytes, mss)));
  if (sack) options.Add(std::span(bytes).first(wire::WriteSackPermitted(bytes)));
  return options;
}

}  // namespace

std::unique_ptr<Middlebox> SynProxy::Make(BoxParameters&) { return std::make_unique<SynProxy>(); }

void SynProxy::Process(PacketPtr packet, Direction direction) {
  direction == Direction::kThere ? FromClient(std::move(packet)) : FromServer(std::move(packet));
}

void SynProxy::AnswerSyn(const SegmentEdit& syn) {
  Flow& flow = flows_.try_emplace({syn.source(), syn.destination()}).first->second;
  if (flow.client_isn != syn.seq() || flow.proxy_isn == SeqNum()) {  // not a repetition
    flow.client_isn = syn.seq();
    flow.proxy_isn = SeqNum(static_cast<std::uint32_t>(random().Next()));
    flow.state = Flow::State::kAnswered;
    flow.waiting.Clear();
  }
  if (const auto mss = syn.Find(wire::kKindMss); mss.size() == 4) flow.client_mss = Load16(mss.data() + 2);
  flow.sack = !syn.Find(wire::kKindSackPermitted).empty();
  const wire::HeaderFields fields{.source_port = syn.destination_port(),
                                  .destination_port = syn.source_port(),
                                  .seq = flow.proxy_isn,
                                  .ack = flow.client_isn + 1,
                                  .flags = {.syn = true, .ack = true},
                                  .window = kWindow};
  const OptionList options = SynOptions(kMss, flow.sack);
  Inject(MakeSegment(pool(), syn.destination().address, syn.source().address, fields, options.bytes()), Direction::kBack);
}

void SynProxy::SendSyn(Flow& flow, const FourTuple& tuple) {
  flow.syn_sent = now();
  const wire::HeaderFields fields{.source_port = tuple.local.port,
                                  .destination_port = tuple.remote.port,
                                  .seq = flow.client_isn,
                                  .flags = {.syn = true},
                                  .window = kWindow};
  const OptionList options = SynOptions(flow.client_mss, flow.sack);
  Inject(MakeSegment(pool(), tuple.local.address, tuple.remote.address, fields, options.bytes()), Direction::kThere);
}

void SynProxy::FromClient(PacketPtr packet) {
  const SegmentEdit segment(*packet);
  if (segment.IsSyn()) {
    AnswerSyn(segment);
    return Drop(std::move(packet), Direction::kThere);
  }
  const FourTuple tuple = FlowOf(*packet, Direction::kThere);
  const auto found = flows_.find(tuple);
  if (found == flows_.end()) return Pass(std::move(packet), Direction::kThere);
  Flow& flow = found->second;
  if (flow.state == Flow::State::kSpliced) return ForwardToServer(flow, std::move(packet));
  if (!segment.Has(wire::kFlagAck) || segment.ack() != flow.proxy_isn + 1) return Drop(std::move(packet), Direction::kThere);
  if (flow.state == Flow::State::kAnswered || now() - flow.syn_sent >= kSynInterval) SendSyn(flow, tuple);
  flow.state = Flow::State::kOpening;
  flow.waiting.Push(std::move(packet));
}

void SynProxy::ForwardToServer(const Flow& flow, PacketPtr packet) {
  SegmentEdit segment(*packet);
  ShiftSegment(segment, {.seq = 0, .ack = 0u - flow.shift}, true);
  segment.Seal();
  NoteChange(*packet, Direction::kThere);
  Pass(std::move(packet), Direction::kThere);
}

void SynProxy::Splice(Flow& flow, const SegmentEdit& syn_ack) {
  flow.state = Flow::State::kSpliced;
  flow.shift = syn_ack.seq().DistanceFrom(flow.proxy_isn);
  // The client's own third ACK is the first of what waits; it becomes the server's.
  while (PacketPtr packet = flow.waiting.Pop()) ForwardToServer(flow, std::move(packet));
}

void SynProxy::FromServer(PacketPtr packet) {
  SegmentEdit segment(*packet);
  const auto found = flows_.find(FlowOf(*packet, Direction::kBack));
  if (found == flows_.end()) return Pass(std::move(packet), Direction::kBack);
  Flow& flow = found->second;
  if (flow.state == Flow::State::kOpening && segment.IsSynAck() && segment.ack() == flow.client_isn + 1) {
    Splice(flow, segment);
    return Drop(std::move(packet), Direction::kBack);
  }
  if (flow.state == Flow::State::kOpening && segment.Has(wire::kFlagRst)) {
    // The server refuses; to the client this is a connection that it already has.
    segment.set_seq(flow.proxy_isn + 1);
  } else {
    ShiftSegment(segment, {.seq = 0u - flow.shift, .ack = 0}, false);
  }
  segment.Seal();
  NoteChange(*packet, Direction::kBack);
  Pass(std::move(packet), Direction::kBack);
}

}  // namespace mptcpp::sim
