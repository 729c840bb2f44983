// SPDX-License-Identifier: Apache-2.0
#include "sim/middlebox_gateway.h"

#include <algorithm>

#include "sim/middlebox_segment.h"

namespace mptcpp::sim {

void EditedStream::Edit(std::uint64_t at, std::size_t remove, std::string text) {
  const bool keeps_byte = remove == 0;
  const Change change{.at = kBase + at,
                      .old_length = keeps_byte ? 1 : remove,
                      .new_length = text.size() + (keeps_byte ? 1 : 0),
                      .text = std::move(text),
                      .keeps_byte = keeps_byte};
  edits_.insert(std::ranges::upper_bound(edits_, change.at, {}, &Change::at), change);
}

std::uint64_t EditedStream::Widen(SeqNum seq) const {
  return WidenDsn(seq.DistanceFrom(start_), Dsn(highest_)).value_or(Dsn(highest_)).value();
}
std::uint64_t EditedStream::PositionOf(SeqNum seq) const { return Widen(seq) - kBase; }

const EditedStream::Change* EditedStream::Find(std::uint64_t position) const {
  for (const Change& edit : edits_) {
    if (position >= edit.at && position < edit.at + edit.old_length) return &edit;
  }
  return nullptr;
}
bool EditedStream::IsEdited(std::uint64_t position) const { return Find(kBase + position) != nullptr; }

// The first byte of what is replaced stands for the whole replacement, the others for nothing. So the sender may cut its
// retransmissions where it likes.
SeqNum EditedStream::Outgoing(SeqNum seq) const {
  const std::uint64_t position = Widen(seq);
  std::uint64_t shift = 0;  // modulo 2^64
  for (const Change& edit : edits_) {
    if (position <= edit.at) break;
    shift += edit.new_length - std::min(edit.old_length, position - edit.at);
  }
  return seq + static_cast<std::uint32_t>(shift);
}

// A replacement counts as acknowledged when all of it is.
SeqNum EditedStream::Incoming(SeqNum ack) const {
  const std::uint64_t out = Widen(ack);
  std::uint64_t shift = 0;
  std::uint64_t position = out;
  for (const Change& edit : edits_) {
    const std::uint64_t start = edit.at + shift;
    if (out < start || (out == start && edit.new_length > 0)) break;
    if (out < start + edit.new_length) {
      position = edit.at;
      break;
    }
    shift += edit.new_length - edit.old_length;
    position = out - shift;
  }
  return start_ + static_cast<std::uint32_t>(std::min(position, highest_));
}

std::string EditedStream::Outgoing(SeqNum seq, std::string_view payload) const {
  const std::uint64_t first = Widen(seq);
  std::string out;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const Change* edit = Find(first + i);
    if (edit == nullptr) {
      out += payload[i];
    } else if (first + i == edit->at) {
      out += edit->text;
      if (edit->keeps_byte) out += payload[i];
    }
  }
  return out;
}

std::unique_ptr<Middlebox> Gateway::Make(BoxParameters& parameters) {
  GatewayOptions options;
  options.find = parameters.Text("find");
  options.replace = parameters.Text("replace");
  if (parameters.Has("at")) options.at = static_cast<std::uint64_t>(parameters.Number("at", 0));
  options.remove = static_cast<std::size_t>(parameters.Number("remove", 0, 0, 65535));
  options.times = static_cast<std::uint32_t>(parameters.Number("times", INT32_MAX));
  options.directions = parameters.Ways();
  if (options.find.empty() && !options.at) {  // a gateway with nothing to do would look like a path without one
    options.find = "PORT 192,168,0,37,133,67";
    options.replace = "PORT 5,6,7,8,123,45";
  }
  return std::make_unique<Gateway>(std::move(options));
}

void Gateway::Begin(Flow& flow, const SegmentEdit& segment, Direction direction) const {
  if (flow[direction] && !segment.Has(wire::kFlagSyn)) return;
  flow[direction].emplace(segment.seq() + (segment.Has(wire::kFlagSyn) ? 1u : 0u));
  if (options_.at && options_.directions.Has(direction)) flow[direction]->Edit(*options_.at, options_.remove, options_.replace);
}

void Gateway::LookFor(EditedStream& stream, SeqNum seq, std::string_view payload) const {
  if (options_.find.empty()) return;
  const std::uint64_t first = stream.PositionOf(seq);
  for (std::size_t at = payload.find(options_.find); at != payload.npos; at = payload.find(options_.find, at + 1)) {
    if (stream.edit_count() < options_.times && !stream.IsEdited(first + at)) {
      stream.Edit(first + at, options_.find.size(), options_.replace);
    }
  }
}

void Gateway::RewriteAck(const EditedStream& opposite, SegmentEdit& segment) {
  segment.set_ack(opposite.Incoming(segment.ack()));
  const auto sack = segment.Find(wire::kKindSack);
  for (std::size_t at = 2; at + 4 <= sack.size(); at += 4) {
    Store32(sack.data() + at, opposite.Incoming(SeqNum(Load32(sack.data() + at))).value());
  }
}

void Gateway::Process(PacketPtr packet, Direction direction) {
  SegmentEdit segment(*packet);
  Flow& flow = flows_[FlowOf(*packet, direction)];
  Begin(flow, segment, direction);
  EditedStream& stream = *flow[direction];
  const std::string before(reinterpret_cast<const char*>(packet->buffer.data()), packet->length);
  const std::string_view payload = std::string_view(before).substr(segment.header_length());
  const SeqNum seq = segment.seq();
  stream.Saw(segment.End());
  if (options_.directions.Has(direction)) LookFor(stream, seq, payload);
  const std::string rewritten = stream.Outgoing(seq, payload);
  segment.SetPayload(std::as_bytes(std::span(rewritten)));
  segment.set_seq(stream.Outgoing(seq));
  if (segment.Has(wire::kFlagAck) && flow[Opposite(direction)]) RewriteAck(*flow[Opposite(direction)], segment);
  if (!std::ranges::equal(packet->segment(), std::as_bytes(std::span(before)))) {
    segment.Seal();
    NoteChange(*packet, direction);
  }
  Pass(std::move(packet), direction);
}

}  // namespace mptcpp::sim
