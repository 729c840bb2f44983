// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_portal.h"

#include "sim/middlebox_segment.h"
#include "wire/mptcp_join.h"

namespace mptcpp::sim {

std::unique_ptr<Middlebox> CaptivePortal::Make(BoxParameters& parameters) {
  PortalOptions options;
  options.page = parameters.Text("page", options.page);
  options.fake_join = parameters.Flag("fake_join", false);
  return std::make_unique<CaptivePortal>(std::move(options));
}

void CaptivePortal::Process(PacketPtr packet, Direction direction) {
  if (direction == Direction::kBack) return Pass(std::move(packet), direction);
  const SegmentEdit segment(*packet);
  const auto found = flows_.find(FlowOf(*packet, direction));
  if (segment.IsSyn()) {
    AnswerSyn(segment);
  } else if (found != flows_.end()) {
    if (segment.Has(wire::kFlagRst)) {
      flows_.erase(found);
    } else if (segment.SequenceLength() > 0) {
      AnswerData(found->second, segment);
    }
  }
  Drop(std::move(packet), direction);
}

void CaptivePortal::Send(const SegmentEdit& received, SeqNum seq, SeqNum ack, wire::TcpFlags flags,
                         std::span<const std::byte> options, std::string_view payload) {
  const wire::HeaderFields fields{.source_port = received.destination_port(),
                                  .destination_port = received.source_port(),
                                  .seq = seq,
                                  .ack = ack,
                                  .flags = flags,
                                  .window = 65535};
  Inject(MakeSegment(pool(), received.destination().address, received.source().address, fields, options,
                     std::as_bytes(std::span(payload))),
         Direction::kBack);
}

void CaptivePortal::AnswerSyn(const SegmentEdit& syn) {
  const auto [entry, is_new] = flows_.try_emplace({syn.source(), syn.destination()});
  Flow& flow = entry->second;
  if (is_new || flow.next != syn.seq() + 1) {
    flow = {.isn = SeqNum(static_cast<std::uint32_t>(random().Next())), .next = syn.seq() + 1};
  }
  OptionList options;
  std::array<std::byte, wire::kMaxOptionBytes> bytes{};
  options.Add(std::span(bytes).first(wire::WriteMss(bytes, 1460)));
  if (options_.fake_join && syn.HasMptcp(wire::MptcpSubtype::kJoin)) {
    const wire::MpJoinSynAck join{.truncated_hmac = random().Next(), .nonce = static_cast<std::uint32_t>(random().Next())};
    options.Add(std::span(bytes).first(wire::WriteMpJoinSynAck(bytes, join)));
  }
  Send(syn, flow.isn, flow.next, {.syn = true, .ack = true}, options.bytes(), {});
}

// The page goes with the FIN, and again whenever the client shows that it has not got it.
void CaptivePortal::AnswerData(Flow& flow, const SegmentEdit& segment) {
  if (segment.seq() == flow.next) flow.next = segment.End();
  flow.answered |= !segment.payload().empty();
  const SeqNum first = flow.isn + 1;
  const SeqNum end = first + static_cast<std::uint32_t>(options_.page.size()) + 1;
  if (flow.answered && segment.ack().Before(end)) {
    Send(segment, first, flow.next, {.fin = true, .psh = true, .ack = true}, {}, options_.page);
  } else {
    Send(segment, flow.answered ? end : first, flow.next, {.ack = true}, {}, {});
  }
}

}  // namespace mptcpp::sim
