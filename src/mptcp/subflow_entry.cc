// SPDX-License-Identifier: Apache-2.0
#include "mptcp/subflow_entry.h"

#include <algorithm>

#include "mptcp/core.h"

namespace mptcpp::core {

SubflowEntry::SubflowEntry(Core& its_core, std::uint8_t its_index, SubflowId its_id, Role its_role, const FourTuple& tuple,
                           Instant now)
    : core(its_core),
      index(its_index),
      id(its_id),
      role(its_role),
      join(*its_core.dialect),
      in(its_core.host.slabs(), &its_core.host.receive_memory()),
      last_answer(now),
      opened_at(now),
      penalised_at(Instant::FromNanos(INT64_MIN / 2)),
      tcp({.options = its_core.options.tcp,
           .counters = its_core.host.counters(),
           .challenge_acks = its_core.host.challenge_acks(),
           .congestion = its_core.controllers.For(its_index),
           .group = its_core.group,
           .tuple = tuple,
           .initial_sequence = its_core.given_isn.value_or(its_core.host.secret().InitialSequence(tuple, now)),
           .timestamp_offset = its_core.host.secret().TimestampOffset(tuple),
           .largest_receive_window = Larger(its_core.options.receive_buffer, its_core.options.initial_receive_buffer)},
          *this) {}

SubflowEntry::~SubflowEntry() = default;

bool SubflowEntry::IsUsable() const {
  return ready && health != SubflowHealth::kClosing && !close_called && tcp.MaySend();
}

bool SubflowEntry::IsSingleSegmentOutstanding() const {
  return out.size() == 1 && out.front().End() - out.acknowledged() <= tcp.effective_mss();
}

Instant SubflowEntry::SilenceDeadline() const {
  if (out.empty() || silent || !ready) return Instant::Infinite();
  const Instant since = last_answer < out.front().sent_at ? out.front().sent_at : last_answer;
  return since + SilenceLimit({.smoothed_rtt = tcp.smoothed_rtt(),
                               .rtt_variation = tcp.rtt_variation(),
                               .rto = tcp.rto(),
                               .one_segment = IsSingleSegmentOutstanding()});
}

tcp::PayloadRange SubflowEntry::BeginMapping(std::uint64_t data_offset, std::uint32_t length, bool data_fin,
                                             std::uint32_t carried, Instant now) {
  OutgoingMapping mapping{.stream_offset = tcp.stream_offset_sent(),
                          .data_offset = data_offset,
                          .length = length,
                          .data_fin = data_fin,
                          .has_checksum = core.checksum && (core.IsMultipath() || core.IsEarly()),
                          .carried = carried | bit(),
                          .sent_at = now};
  if (mapping.has_checksum) {
    wire::Checksum sum = wire::DssPseudoHeader(core.LocalDsn(data_offset), WireSubflowSeq(mapping.stream_offset), mapping.WireLength());
    core.send.AddTo(sum, data_offset, length);
    mapping.checksum = sum.Finish();
  }
  core.send.Pin(data_offset, length);
  if (data_offset != run_end) {
    repeated_end = std::max(repeated_end, run_end);
    run_start = data_offset;
  }
  run_end = data_offset + length;
  return {.offset = out.Push(mapping), .length = length};
}

void SubflowEntry::ReleaseOutstanding() {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const OutgoingMapping& mapping = out[i];
    const std::uint64_t acked = out.acknowledged() > mapping.stream_offset ? out.acknowledged() - mapping.stream_offset : 0;
    core.send.Unpin(mapping.data_offset + acked, static_cast<std::uint32_t>(mapping.length - acked));
  }
  out.Clear();
}

void SubflowEntry::BecomePlain() { in.SetInfinite(0, 0, *this); }

void SubflowEntry::ContinuePlain() { in.SetInfinite(in.HandedOn(tcp.stream_offset_received()), core.receive.next(), *this); }

void SubflowEntry::FillPayload(tcp::PayloadRange range, TxPacket& packet) {
  core.send.AppendSlices(out.DataOffset(range), range.length, packet);
}

void SubflowEntry::OnAcknowledged(tcp::PayloadRange range) {
  if (range.length == 0) return;
  const std::uint64_t data_offset = out.DataOffset(range);
  core.send.Unpin(data_offset, range.length);
  out.OnAcknowledged(range.length);
  if (data_offset < core.syn_payload_out) {
    core.OnDataAcknowledged(data_offset + range.length);  // outside of the data sequence space: no Data ACK will say so
  } else if (!core.IsMultipath()) {
    // After a fallback there is no other acknowledgement than the subflow's (RFC 8684 3.7).
    core.OnDataAcknowledged(data_offset + range.length);
    if (infinite_carried_to != 0 && out.acknowledged() >= infinite_carried_to) infinite_pending = false;
  } else if (segment_had_data_ack) {
    proven = true;
  } else if (!proven && !segment_excused) {
    acked_without_data_ack = true;
  }
}

bool SubflowEntry::OnPayload(std::uint64_t stream_offset, std::span<const std::byte> bytes) {
  if (core.mode == Mode::kNegotiating) {  // in the SYN, before any key is known
    core.syn_payload_in = static_cast<std::uint32_t>(stream_offset + bytes.size());
    OnMappedData(stream_offset, bytes);
    return true;
  }
  const std::uint64_t in_order = tcp.stream_offset_received();
  if (!in.any() && stream_offset <= in_order && IsFirst() && core.CanFallBack(*this, Core::Joins::kUnused)) {
    // The first data came bare: the options do not pass (RFC 8684 3.7).
    core.Count(Counter::kMPCapableDataFallback);
    core.FallBackOnBareData(*this);
  }
  const std::uint64_t unmapped_before = in.unmapped();
  const auto hold_limit = static_cast<std::uint64_t>(core.receive.limit().count());
  const MapVerdict verdict = in.OnPayload(stream_offset, bytes, in_order, hold_limit, *this);
  if (in.unmapped() > unmapped_before) core.Count(Counter::kUnmappedData, in.unmapped() - unmapped_before);
  if (verdict != MapVerdict::kOk && !bad_mapping) bad_mapping = verdict;
  return true;
}

void SubflowEntry::OnMappedData(std::uint64_t data_offset, std::span<const std::byte> bytes) {
  if (core.discard_input) {
    core.unwanted_data |= data_offset + bytes.size() > core.receive.next();
    return;
  }
  if (core.peer_fin && data_offset + bytes.size() > *core.peer_fin) {
    // Nothing follows a DATA_FIN (RFC 8684 3.3.3); what claims to has no place in the stream.
    bytes = bytes.first(data_offset < *core.peer_fin ? *core.peer_fin - data_offset : 0);
  }
  const bool waiting_before = core.receive.waiting_ranges() > 0;
  const std::uint64_t expected = core.receive.next();
  const ReceiveBuffer::Outcome outcome = core.receive.Insert(data_offset, bytes);
  if (outcome.duplicate > 0) {
    core.Count(Counter::kDuplicateData);
    core.bytes_duplicate += outcome.duplicate;
  }
  if (outcome.outside > 0) core.Count(Counter::kNoDSSInWindow);
  if (data_offset > expected) core.Count(waiting_before ? Counter::kOFOQueueTail : Counter::kOFOQueue);
  if (!outcome.advanced) return;
  core.NoteAdvance(waiting_before);
}

Bytes SubflowEntry::ReceiveWindow() const { return core.receive.Window(); }

}  // namespace mptcpp::core
