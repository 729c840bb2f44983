// SPDX-License-Identifier: Apache-2.0
#include "trace/connection_tracker.h"

#include <algorithm>
#include <utility>

#include "wire/ip_header.h"
#include "wire/mptcp_join.h"
#include "wire/tcp_options.h"

namespace mptcpp::trace {
namespace {

std::pair<SocketAddress, SocketAddress> BothEnds(const wire::SegmentView& view) {
  return std::minmax(view.source, view.destination);
}

// A SYN says who opens. Without one, the end with the higher port is taken for it: services have low ports.
bool OpenedBySource(const wire::SegmentView& view) {
  if (view.flags.syn) return !view.flags.ack;
  return view.source.port >= view.destination.port;
}

std::optional<wire::MpJoinSyn> JoinIn(const wire::SegmentView& view) {
  for (std::size_t i = 0; i < view.mptcp_count; ++i) {
    if (const auto join = wire::ParseMpJoinSyn(view.mptcp[i])) return join;
  }
  return std::nullopt;
}

}  // namespace

const char* ToString(Protocol protocol) {
  switch (protocol) {
    case Protocol::kTcp: return "TCP";
    case Protocol::kMptcpV0: return "MPTCP version 0";
    case Protocol::kMptcpV1: return "MPTCP version 1";
  }
  return "?";
}

wire::SegmentView TrackedSegment::View() const {
  wire::SegmentView view;
  view.flags = flags;
  view.seq = seq;
  view.ack = ack;
  view.window = window;
  wire::WalkOptions(std::span(options).first(option_bytes), view);
  return view;
}

std::optional<std::size_t> ConnectionTracker::Add(const CapturedPacket& packet) {
  const auto ip = wire::ParseIp(packet.ip);
  if (!ip || ip->protocol != wire::kProtocolTcp) return std::nullopt;
  // Where segments are captured on the host that sends them, their TCP checksums are often still to be filled in.
  return AddSegment({.source = ip->source, .destination = ip->destination, .segment = ip->payload, .checksum_verified = true}, packet);
}

std::optional<std::size_t> ConnectionTracker::Add(const RxPacket& packet, Instant at, std::uint64_t number) {
  return AddSegment(packet, {.number = number, .at = at});
}

std::optional<std::size_t> ConnectionTracker::AddSegment(const RxPacket& received, const CapturedPacket& packet) {
  wire::SegmentView view;
  if (wire::ParseSegment(received, view) != wire::ParseResult::kOk) return std::nullopt;

  const std::uint32_t subflow = SubflowOf(view);
  const std::size_t index = segments_.size();
  segments_.push_back(Record(received.segment, view, subflow));
  segments_.back().number = packet.number;
  segments_.back().at = packet.at;
  FollowSequence(segments_.back());
  connections_[subflows_[subflow].connection].segments.push_back(index);
  ReadOptions(index, view);
  if (packet.complete) FollowPayload(segments_.back(), view.payload);
  return index;
}

std::uint32_t ConnectionTracker::NewConnection() {
  connections_.emplace_back();
  dsn_seen_.emplace_back();
  return static_cast<std::uint32_t>(connections_.size() - 1);
}

std::uint32_t ConnectionTracker::SubflowOf(const wire::SegmentView& view) {
  const auto known = flows_.find(BothEnds(view));
  if (known == flows_.end()) return NewSubflow(view);
  const TrackedSubflow& subflow = subflows_[known->second];
  const auto& isn = subflow.isn[Index(subflow.SenderOf(view.source))];
  const bool another_syn = view.flags.syn && isn && *isn != view.seq;
  return another_syn && (!view.flags.ack || states_[known->second].closed) ? NewSubflow(view) : known->second;
}

std::uint32_t ConnectionTracker::NewSubflow(const wire::SegmentView& view) {
  const auto index = static_cast<std::uint32_t>(subflows_.size());
  TrackedSubflow subflow;
  subflow.tuple = {.local = view.source, .remote = view.destination};
  if (!OpenedBySource(view)) std::swap(subflow.tuple.local, subflow.tuple.remote);
  const auto join = JoinIn(view);
  const auto owner = join ? FindToken(join->receiver_token) : std::nullopt;
  subflow.is_join = join.has_value();
  subflow.connection = owner ? owner->connection : NewConnection();
  if (owner) subflow.opener = Other(owner->side);  // the token belongs to the host that is asked (RFC 8684 3.2)
  if (join && !owner) tokens_[join->receiver_token] = {subflow.connection, Side::kServer};
  connections_[subflow.connection].subflows.push_back(index);
  subflows_.push_back(subflow);
  states_.emplace_back();
  flows_[BothEnds(view)] = index;
  return index;
}

TrackedSegment ConnectionTracker::Record(std::span<const std::byte> bytes, const wire::SegmentView& view,
                                         std::uint32_t subflow) const {
  TrackedSegment segment;
  segment.subflow = subflow;
  segment.from = subflows_[subflow].SenderOf(view.source);
  segment.flags = view.flags;
  segment.seq = view.seq;
  segment.ack = view.ack;
  segment.window = view.window;
  segment.payload = static_cast<std::uint32_t>(view.payload.size());
  std::copy_n(view.payload.begin(), std::min(view.payload.size(), segment.text.size()), segment.text.begin());
  const auto options = bytes.subspan(wire::kTcpHeader, bytes.size() - wire::kTcpHeader - view.payload.size());
  segment.option_bytes = static_cast<std::uint8_t>(options.size());
  std::copy(options.begin(), options.end(), segment.options.begin());
  return segment;
}

void ConnectionTracker::FollowSequence(TrackedSegment& segment) {
  TrackedSubflow& subflow = subflows_[segment.subflow];
  SubflowState& state = states_[segment.subflow];
  auto& isn = subflow.isn[Index(segment.from)];
  if (!isn) isn = segment.flags.syn ? segment.seq : segment.seq - 1;
  auto& peer_isn = subflow.isn[Index(Other(segment.from))];
  if (!peer_isn && segment.flags.ack && !segment.flags.rst) peer_isn = segment.ack - 1;

  const SeqNum end = segment.seq + segment.SequenceLength();
  auto& sent_up_to = state.sent_up_to[Index(segment.from)];
  segment.retransmission = segment.SequenceLength() > 0 && sent_up_to && end.AtOrBefore(*sent_up_to);
  if (!sent_up_to || sent_up_to->Before(end)) sent_up_to = end;
  if (segment.flags.fin) state.fin[Index(segment.from)] = true;
  state.closed = state.closed || segment.flags.rst || (state.fin[0] && state.fin[1]);
}

void ConnectionTracker::FollowPayload(const TrackedSegment& segment, std::span<const std::byte> payload) {
  std::vector<MappingCheck::Result> results;
  const SeqNum first = segment.flags.syn ? segment.seq + 1 : segment.seq;
  states_[segment.subflow].mappings[Index(segment.from)].Pass(first, payload, results);
  for (const auto& [carrier, verdict] : results) {
    segments_[carrier].checksum = verdict;
    if (verdict == Verdict::kWrong) Report(carrier, true, "the checksum of the mapping is wrong: somebody changed the payload");
  }
}

void ConnectionTracker::Report(std::size_t index, bool is_problem, std::string text) {
  ConnectionOf(segments_[index]).findings.push_back({index, is_problem, std::move(text)});
}

}  // namespace mptcpp::trace
