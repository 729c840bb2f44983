// SPDX-License-Identifier: Apache-2.0
// The part of ConnectionTracker that reads data sequence numbers (RFC 8684 3.3).
#include "trace/connection_tracker.h"

namespace mptcpp::trace {

// To 64 bits, by the latest number that this side's stream has reached. The first number of a stream whose key was not seen is
// where its relative numbers begin.
std::optional<Dsn> ConnectionTracker::Widen(TrackedConnection& connection, Side side, const wire::WireDsn& number) {
  auto& seen = dsn_seen_[static_cast<std::size_t>(&connection - connections_.data())][Index(side)];
  auto& idsn = connection.idsn[Index(side)];
  if (!idsn) idsn = Dsn(number.value) - 1;
  const auto wide = number.is_64_bit ? std::optional(Dsn(number.value))
                                     : WidenDsn(static_cast<std::uint32_t>(number.value), seen.value_or(*idsn));
  if (wide && (!seen || seen->Before(*wide))) seen = *wide;
  return wide;
}

std::int64_t ConnectionTracker::Relative(const TrackedConnection& connection, Side side, Dsn number) const {
  return static_cast<std::int64_t>(number.value() - connection.idsn[Index(side)]->value());
}

void ConnectionTracker::ReadDss(std::size_t index, std::span<const std::byte> option) {
  const auto dss = wire::ParseDss(option);
  if (!dss) return Report(index, true, "malformed DSS");
  TrackedSegment& segment = segments_[index];
  TrackedConnection& connection = ConnectionOf(segment);
  if (connection.protocol == Protocol::kTcp) connection.protocol = Protocol::kMptcpV1;
  if (dss->data_ack) {
    const Side acked = Other(segment.from);
    const auto ack = Widen(connection, acked, *dss->data_ack);
    if (ack) segment.data_ack = Relative(connection, acked, *ack);
  }
  if (dss->mapping) ReadMapping(index, *dss->mapping, dss->data_fin);
}

void ConnectionTracker::ReadMapping(std::size_t index, const wire::DssMapping& mapping, bool data_fin) {
  TrackedSegment& segment = segments_[index];
  TrackedConnection& connection = ConnectionOf(segment);
  const bool high_half_known = mapping.dsn.is_64_bit || connection.key[Index(segment.from)].has_value();
  const auto dsn = Widen(connection, segment.from, mapping.dsn);
  if (!dsn) return Report(index, true, "a data sequence number too far from the others to have a meaning");
  segment.dsn = Relative(connection, segment.from, *dsn);
  if (mapping.length == 0)
    return Report(index, false, "an infinite mapping: from here on this is TCP with one path (RFC 8684 3.7)");
  if (!mapping.checksum) {
    if (connection.checksums && connection.protocol == Protocol::kMptcpV1)
      Report(index, true, "a mapping without the checksum agreed on");
    return;
  }
  segment.checksum = Verdict::kUnchecked;
  const auto& isn = subflows_[segment.subflow].isn[Index(segment.from)];
  if (!high_half_known || !isn) return;
  states_[segment.subflow].mappings[Index(segment.from)].Add(
      {.segment = index,
       .dsn = *dsn,
       .subflow_seq = mapping.subflow_seq,
       .start = *isn + mapping.subflow_seq,
       .length = mapping.length,
       .payload = static_cast<std::uint16_t>(mapping.length - (data_fin ? 1 : 0)),
       .checksum = *mapping.checksum});
}

}  // namespace mptcpp::trace
